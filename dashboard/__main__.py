"""`python -m dashboard`: the web process."""

import gc
import os
import sys
import time
from pathlib import Path

import uvicorn

from dashboard.app import create_app
from dashboard.lane import Lane
from hub import log
from hub.assemble import Hub, assemble
from hub.errors import FirstPointError
from hub.settings import read_settings

BEAT_S = 0.5
STOP_S = 3
RELEASE_LOOK_S = 0.02


class _Server(uvicorn.Server):
    """Says that it lives from the very loop that serves, so that a stuck loop is silent."""

    beat_file: Path | None = None
    _next_touch = 0.0

    async def on_tick(self, counter: int) -> bool:
        if self.beat_file is not None and time.monotonic() >= self._next_touch:
            self.beat_file.touch()
            self._next_touch = time.monotonic() + BEAT_S
        return await super().on_tick(counter)


def serve(hub: Hub) -> None:
    settings = hub.settings
    server = _Server(
        uvicorn.Config(
            create_app(hub),
            host=settings.host,
            port=settings.port,
            ws=Lane,
            ws_per_message_deflate=False,
            access_log=False,  # addresses are nobody's business
            log_config=None,
            server_header=False,
            proxy_headers=settings.trust_proxy,
            forwarded_allow_ips="*" if settings.trust_proxy else None,
            timeout_graceful_shutdown=STOP_S,
        )
    )
    server.beat_file = settings.beat_file
    gc.freeze()  # what is loaded by now stays; no collection in mid-request need look at it again
    wait_for_release(settings.released)
    server.run()


def wait_for_release(released: Path | None) -> None:
    """The supervisor starts us beside the release step, so that loading does not come after it."""
    while released is not None and not released.exists():
        time.sleep(RELEASE_LOOK_S)


def main() -> int:
    try:
        settings = read_settings()
        log.configure(settings.beat_file.stem if settings.beat_file else f"dashboard-{os.getpid()}")
        serve(assemble(settings))
    except FirstPointError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
