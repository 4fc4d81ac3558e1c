"""`python -m records` draws docs/lifecycle.md from the lifecycle tables; `export` writes out all that is held of a
person, and `retention` what would be taken away by its age."""

import sys
from pathlib import Path

from records.drawing import document
from records.keeping import command

DRAWN = Path(__file__).resolve().parent.parent / "docs" / "lifecycle.md"

if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(command.main(sys.argv[1:]))
    DRAWN.write_text(document(), encoding="utf-8")
