"""`python -m records` draws docs/lifecycle.md from the lifecycle tables."""

from pathlib import Path

from records.drawing import document

DRAWN = Path(__file__).resolve().parent.parent / "docs" / "lifecycle.md"

if __name__ == "__main__":
    DRAWN.write_text(document(), encoding="utf-8")
