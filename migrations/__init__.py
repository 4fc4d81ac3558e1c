"""The database's schema, step by step (Alembic). `upgrade` brings any database to the newest step."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(url: str) -> None:
    command.upgrade(config(url), "head")
