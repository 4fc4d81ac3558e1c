"""The looks of this process are carried from its book into the audit while it serves (`records/looks.py`)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI

from hub.assemble import Hub
from hub.look_book import LookBook

log = logging.getLogger(__name__)
CARRY_S = 0.5


@contextlib.asynccontextmanager
async def carried(app: FastAPI) -> AsyncIterator[None]:
    """While the process serves."""
    hub: Hub = app.state.hub
    book = hub.look_book = LookBook(hub.settings.data)
    task = asyncio.create_task(_again_and_again(hub, book))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        hub.look_book = None
        await asyncio.to_thread(book.close, hub.db)


async def _again_and_again(hub: Hub, book: LookBook) -> None:
    while True:
        try:
            await asyncio.to_thread(book.carry, hub.db)
        except Exception:
            log.error(
                "looks_not_carried", exc_info=True
            )  # they stay in their files, and are carried next time
        await asyncio.sleep(CARRY_S)
