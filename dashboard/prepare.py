"""`python -m dashboard.prepare`: the database's newest schema, and in a training place the people to play with."""

import logging
import sys
from pathlib import Path

from dashboard import demo, demo_people, demo_rota
from hub.assemble import assemble
from hub.errors import FirstPointError
from hub.log import configure
from hub.settings import Settings, read_settings
from migrations import upgrade
from records import key_safes

log = logging.getLogger(__name__)


def prepare(settings: Settings) -> None:
    """Safe to repeat, and safe beside running dashboards; leaves words of welcome for the supervisor to print."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    hub = assemble(settings)
    with hub.db.write() as session:
        if shut := key_safes.seal_anew(session):
            log.warning("key_safes_shut", extra={"count": shut})
        if settings.training:
            demo.lay_out(session, settings.place, hub.clock.now())
            demo_rota.lay_out(session, settings.place, hub.clock.now())
            demo_people.lay_out(session, settings.place, hub.clock.now())
    hub.db.close()
    if settings.training:
        run = Path(settings.data) / "run"
        run.mkdir(parents=True, exist_ok=True)
        (run / "welcome.txt").write_text(demo.welcome() + demo_people.welcome())


def main() -> int:
    try:
        settings = read_settings()
        configure("prepare")
        prepare(settings)
    except FirstPointError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
