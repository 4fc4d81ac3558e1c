"""What `python -m protocols` does for those who write protocols. Each module adds its commands to the parser.

A command ends with 0 if all is well, and with 1 if something is wrong with what it read.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from protocols.checking import house_of
from protocols.loader import load_house, load_triage
from protocols.model import House, TriageProtocol

LIBRARY = Path(__file__).parents[1]


def say(line: str) -> None:
    """At once, also into a pipe: long work is watched."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def names_house(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--house", type=Path, help="the house file; without it the nearest house.yaml above the file"
    )


def names_protocol(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the triage protocol")
    names_house(parser)


def read(chosen: Namespace) -> tuple[TriageProtocol, House]:
    """What `names_protocol` has asked for. Raises `ProtocolError`."""
    house = load_house(house_of(chosen.file, chosen.house, LIBRARY))
    return load_triage(chosen.file, house), house
