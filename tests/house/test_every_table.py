"""What is counted, handed out and taken away goes by the name of a table: each process that does so must know them."""

import subprocess
import sys
from collections.abc import Set

import pytest

from records.keeping.reach import NOTHING, REACH

ASK = "import {}; from sqlmodel import SQLModel; print(*SQLModel.metadata.tables)"


@pytest.mark.parametrize(
    ("process", "tables"), [("workers.app", REACH.keys() | NOTHING.keys()), ("dashboard.app", REACH.keys())]
)
def test_a_process_knows_every_table(process: str, tables: Set[str]) -> None:
    command = [sys.executable, "-c", ASK.format(process)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(said.stdout.split()) >= tables
