"""`python -m protocols new|check|prove|preview|try|explain|replay|diff|print|export|schema`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from hub.errors import Refused
from protocols.commands import calls, check, exporting, preview, versions, writing
from protocols.faults import ProtocolError

ENDS = "Ends with 0 if all is well, 1 if something is wrong with what it read, 2 if it was not understood."


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 if all is well, 1 with what is wrong: faults as file:line:column, and calls not covered."""
    parser = argparse.ArgumentParser(
        prog="python -m protocols", description="For those who write First Point's protocols.", epilog=ENDS
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in (writing, check, preview, calls, versions, exporting):
        room.add_commands(commands)
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except ProtocolError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
