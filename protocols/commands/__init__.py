"""What `python -m protocols` does for those who write protocols. Each module adds its commands to the parser.

A command ends with 0 if all is well, and with 1 if something is wrong with what it read.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

LIBRARY = Path(__file__).parents[1]


def say(line: str) -> None:
    """At once, also into a pipe: long work is watched."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def names_house(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--house", type=Path, help="the house file; without it the nearest house.yaml above the file"
    )
