"""What was deleted is no longer in the file either. SQLite leaves old words in free room of its pages and in its log
until they are written over; so the whole file is written anew. PostgreSQL has its own VACUUM (docs/retention.md).
"""

import sqlite3
from pathlib import Path

from hub.db import Database

AT_ONCE_BELOW = 64 * 1024 * 1024
"""Bytes. A file so small is written anew within a second or so, in which writers wait; for a larger one somebody
chooses a quiet hour: `python -m records wipe`. [LOCAL]"""
WAIT_S = 5.0


def size_of(db: Database) -> int | None:
    """Bytes of the file; None where the database is not a file of ours."""
    file = Path(db.engine.url.database or "")
    return file.stat().st_size if db.is_sqlite else None


def wipe(db: Database) -> bool:
    """Write the file anew and empty its log; writers wait for it, readers do not. False where a reader still held on to
    the log: then it is to be done again. Raises `sqlite3.OperationalError` without room for a second copy."""
    if not db.is_sqlite:
        return True
    with db.turn():
        connection = sqlite3.connect(db.engine.url.database or "", timeout=WAIT_S, isolation_level=None)
        try:
            connection.execute("VACUUM")
            connection.execute(
                "PRAGMA busy_timeout = 0"
            )  # every writer waits: no time for a reader that lingers
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
    return not busy
