"""S17: may anything be sent to this number?"""

from datetime import UTC, datetime

import pytest

from records.contact_points import ContactPoint, Safe, may_leave_message, may_text, warning

NOW = datetime(2026, 3, 4, 14, tzinfo=UTC)


def point(
    text: Safe = Safe.not_known, speak: Safe = Safe.not_known, message: Safe = Safe.not_known
) -> ContactPoint:
    return ContactPoint(
        place="p", number="+447700900123", text=text, speak=speak, message=message, by="Jay", at=NOW
    )


@pytest.mark.parametrize(
    ("found", "safeguarding", "may", "why"),
    [
        (None, False, True, "nothing speaks against it"),
        (None, True, False, "safeguarding, and nobody has asked"),
        (point(), True, False, "safeguarding, and they did not know"),
        (point(message=Safe.yes), True, True, "known to be safe"),
        (point(message=Safe.no), True, False, "not safe"),
        (point(message=Safe.no), False, False, "not safe, whatever is marked"),
        (point(speak=Safe.yes), True, False, "safe to speak says nothing of messages"),
    ],
)
def test_what_may_be_left(found: ContactPoint | None, safeguarding: bool, may: bool, why: str) -> None:
    assert may_leave_message(found, safeguarding=safeguarding) is may, why


@pytest.mark.parametrize(
    ("found", "may"),
    [
        (None, False),
        (point(), False),
        (point(Safe.no), False),
        (point(speak=Safe.yes), False),
        (point(Safe.yes), True),
    ],
)
def test_what_may_be_sent(found: ContactPoint | None, may: bool) -> None:
    """S17: unknown is never yes, whether safeguarding is marked or not."""
    assert may_text(found) is may


@pytest.mark.parametrize(
    ("found", "safeguarding", "words"),
    [
        (None, False, ""),
        (point(speak=Safe.no), False, "not safe to speak"),
        (point(Safe.no, message=Safe.no), False, "not safe to text or to leave a message"),
        (None, True, "safeguarding: not known to be safe to speak"),
        (point(speak=Safe.yes), True, ""),
    ],
)
def test_who_rings_is_warned(found: ContactPoint | None, safeguarding: bool, words: str) -> None:
    assert warning(found, safeguarding=safeguarding) == words
