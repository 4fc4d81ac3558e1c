"""`python -m dashboard`: the web process. `python -m dashboard prepare`: migrations, and demo data for training."""

import logging
import os
import sys
import threading
import time
from pathlib import Path

import uvicorn

from dashboard import demo
from dashboard.app import create_app
from hub import log
from hub.assemble import Hub, assemble
from hub.errors import FirstPointError
from hub.settings import Settings, read_settings
from migrations import upgrade

BEAT_S = 0.5
STOP_S = 3


def prepare(settings: Settings) -> None:
    """Bring the database to the newest schema; a training place gets its people, and words of welcome."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    if settings.training:
        hub = assemble(settings)
        with hub.db.write() as session:
            demo.lay_out(session, settings.place, hub.clock.now())
        run = Path(settings.data) / "run"
        run.mkdir(parents=True, exist_ok=True)
        (run / "welcome.txt").write_text(demo.welcome())
        hub.db.close()


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
            ws="websockets-sansio",
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
    server.run()


def main(words: list[str]) -> int:
    try:
        settings = read_settings()
        log.configure(settings.beat_file.stem if settings.beat_file else f"dashboard-{os.getpid()}")
        if words == ["prepare"]:
            prepare(settings)
            return 0
        serve(assemble(settings))
    except FirstPointError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    logging.getLogger(__name__).info("stopped", extra={"count": threading.active_count()})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
