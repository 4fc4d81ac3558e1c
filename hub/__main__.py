"""`python -m hub verify-audit [--heads FILE]`: prove the audit's chain, or name the first bad row."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from hub import audit_heads, audit_proof
from hub.audit_proof import Proof
from hub.db import Database
from hub.errors import Refused
from hub.settings import Settings

HOLDS, BROKEN, NOT_LOOKED = 0, 1, 2


def verify(database: str, heads: Path | None) -> tuple[int, str]:
    """The exit code, and what is to be said. Only reads; holds a few thousand rows at a time."""
    db = Database(database)
    try:
        with db.read() as session:
            proof = audit_proof.prove(session, audit_heads.read(heads) if heads else ())
    except Refused as changed:
        return BROKEN, f"The audit does not hold. {changed}"
    finally:
        db.close()
    if not proof.holds:
        return BROKEN, f"The audit does not hold. {proof.fault}"
    return HOLDS, _holds(proof, heads)


def _holds(proof: Proof, heads: Path | None) -> str:
    until = f", the last of {audit_proof.said_at(proof.until)}" if proof.until else ""
    said = [f"The audit holds: {proof.rows} rows{until}."]
    if proof.loose:
        said.append(f"{proof.loose} newer rows are not in the chain yet.")
    if heads is None:
        said.append(
            "No published heads were given (--heads FILE): newest rows that were cut off would not show."
        )
    else:
        said.append(f"{proof.heads} published heads agree.")
    return "\n".join(said)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m hub", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    asked = parts.add_parser("verify-audit", help="exit code 0: it holds; 1: it does not; 2: could not look")
    asked.add_argument("--heads", type=Path, help="the published heads; best a copy from another machine")
    given = parser.parse_args(words)
    try:
        settings = Settings()
        heads = given.heads or (settings.heads if settings.heads.exists() else None)
        code, said = verify(settings.database, heads)
    except (OSError, SQLAlchemyError, ValidationError) as error:
        code, said = (
            NOT_LOOKED,
            f"The audit could not be read: {type(error).__name__}. See FP_DATABASE_URL and --heads.",
        )
    print(said, file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
