"""What is held of somebody, and what would be taken away, from the command line of whoever runs the hub."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from hub import audit, wiping
from hub.actors import Actor
from hub.clock import SharedClock, SystemClock
from hub.db import Database
from hub.errors import FirstPointError, Refused
from hub.places import place_of
from hub.sealing import Seal
from hub.settings import Settings
from migrations import models as every_table
from records import retention
from records.keeping import export, running, subject, wiped
from records.keeping.subject import Subject

assert every_table.ALL, "the tables of every room, or an export would miss some"
OPERATOR = Actor("operator", "whoever runs the hub")
DONE, REFUSED = 0, 1


def main(words: list[str]) -> int:
    given = _parser().parse_args(words)
    try:
        settings = Settings()
        clock = SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
        db = Database(settings.database, seal=Seal(settings.key_safe_secret.get_secret_value()))
        try:
            said = ACTS[given.what](db, settings, given, clock.now())
        finally:
            db.close()
    except FirstPointError as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return REFUSED
    except (OSError, SQLAlchemyError, ValidationError) as error:
        said = f"Nothing was done: {type(error).__name__}. See FP_DATABASE_URL, FP_DATA and --to."
        print(said, file=sys.stderr)  # noqa: T201
        return REFUSED
    print(said)  # noqa: T201
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m records", description="Without words: draws docs/lifecycle.md."
    )
    parts = parser.add_subparsers(dest="what", required=True)
    asked = parts.add_parser(
        "export", help="all that is held of a person, as JSON and as a page; not yet checked"
    )
    who = asked.add_mutually_exclusive_group(required=True)
    who.add_argument("--nhs-number", type=lambda said: said.replace(" ", ""))
    who.add_argument("--person", type=int, help="the number of a record, as /people shows it")
    asked.add_argument("--to", type=Path, required=True, help="a folder")
    aged = parts.add_parser(
        "retention", help="what would be taken away by its age; --go-on does an agreed run now"
    )
    aged.add_argument("--dry-run", action="store_true", help="count, and change nothing: so it is anyhow")
    aged.add_argument("--until", type=date.fromisoformat, help="as if it were that day: 2034-11-01")
    aged.add_argument(
        "--go-on", action="store_true", help="what the privacy lead has said yes to, not waiting for night"
    )
    parts.add_parser(
        "wipe", help="write the file of the database anew, so that no deleted word is in it; in a quiet hour"
    )
    return parser


def find(session: Session, place: str, nhs_number: str | None, person: int | None) -> Subject:
    """Raises `NotFound`."""
    if nhs_number:
        return subject.by_nhs_number(session, place, nhs_number)
    return subject.by_person(session, place, person or 0)


def _export(db: Database, settings: Settings, given: argparse.Namespace, now: datetime) -> str:
    """What waits for a checker is in a file of its own, and in none of the others."""
    place = settings.place
    with db.read() as session:
        found = find(session, place, given.nhs_number, given.person)
    about = f"Written on {now:%d/%m/%Y %H:%M} UTC."
    with db.write() as session:
        for kind, numbers in (("person", found.people), ("case", found.cases)):
            for number in numbers:
                audit.note(
                    session, place, now, OPERATOR, "exported", f"{kind}:{number}", "by the command line"
                )
    folder: Path = given.to
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with db.read() as session:
        waits = {line.parts[0] for line in export.lines(session, found, db.seal) if line.because}
        _write(folder / "held.json", export.as_json(
            (line for line in export.lines(session, found, db.seal) if line.because), "Not checked yet."
        ))  # fmt: skip
        for name, render in (("export.json", export.as_json), ("export.html", export.as_html)):
            free = (line for line in export.lines(session, found, db.seal) if not line.because)
            _write(folder / name, render(free, about))
    return (
        f"Written to {folder}: export.json, export.html. {len(waits)} rows wait for a checker in held.json. "
        "Nothing of this may be handed out before somebody has read it."
    )


def _write(file: Path, pieces: Iterable[str]) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.writelines(pieces)


def _retention(db: Database, settings: Settings, given: argparse.Namespace, now: datetime) -> str:
    days, place = retention.periods(settings.retention), settings.place
    if given.go_on:
        return _go_on(db, place, days, now)
    with db.read() as session:
        until = (
            datetime.combine(given.until, time(), place_of(session, place).local()) if given.until else now
        )
        found = running.count(session, place, until, days)
    lines = [
        f"Kept long enough by {until:%d/%m/%Y}; nothing was changed.",
        f"{'rows':>9}  {'held':>5}  oldest      what",
    ]
    for one in found:
        oldest = f"{one.oldest:%d/%m/%Y}" if one.oldest else "-"
        lines.append(f"{one.rows:>9}  {one.held:>5}  {oldest:<10}  {running.WHAT[one.kind]}")
    return "\n".join(lines)


def _go_on(db: Database, place: str, days: Mapping[str, int], now: datetime) -> str:
    with db.read() as session:
        run = running.run_of(session, place, running.month_of(session, place, now))
    if run is None or not running.go_on(db, run.key, days, now):
        raise Refused("Nothing is agreed for this month: the privacy lead says yes on /retention first.")
    return "Done. What was said by people goes by effects of its own, from now on."


def _wipe(db: Database, settings: Settings, _: argparse.Namespace, now: datetime) -> str:
    if wiping.size_of(db) is None:
        raise Refused(
            "This database is not a file of ours. On PostgreSQL: VACUUM FULL, and see docs/retention.md."
        )
    if not wiping.wipe(db):
        raise Refused("Written anew, but somebody still reads the old log. Say it again in a minute.")
    with db.write() as session:
        wiped.keep(session, settings.place, now, OPERATOR)
    return "The file was written anew, and its log is empty."


ACTS: dict[str, Callable[[Database, Settings, argparse.Namespace, datetime], str]] = {
    "export": _export,
    "retention": _retention,
    "wipe": _wipe,
}
