"""S32: whatever shape a referral comes in, the hub has no fault, and somebody sees it: a case, or a row to be read."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.model import Case, CaseState
from tests.bars import Service, referral
from tests.desk import Desk
from tests.story import START
from triage.bars.bounds import DEEPEST, NotReadable, depth, parsed
from triage.bars.model import Arrived, Referral, ReferralMessage
from triage.bars.reading import read
from triage.bars.receiving import PROBLEM, Envelope, look

WHOLE = referral(START)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "\ud800", "9990000026", "2026-13-45", "9" * 400, "Key safe 1234", "revoked"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(
        st.sampled_from(["code", "value", "reference", "text", "coding"]), st.integers(), max_size=2
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything that is in a message."""
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [one for key, held in value.items() for one in places(held, (*path, key))]
    if isinstance(value, list):
        return found + [one for nth, held in enumerate(value) for one in places(held, (*path, nth))]
    return found


PLACES = places(WHOLE)


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    """A whole referral with a few things left out, changed, put into lists, or taken out of them."""
    made = copy.deepcopy(WHOLE)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=8)):
        holder: Any = made
        try:
            for step in path[:-1]:
                holder = holder[step]
            now = holder[path[-1]]
            how = draw(st.sampled_from(["gone", "odd", "in a list", "out of one", "twice"]))
            if how == "gone":
                del holder[path[-1]]
            elif how == "odd":
                holder[path[-1]] = draw(ODD)
            elif how == "in a list":
                holder[path[-1]] = [now]
            elif how == "out of one":
                holder[path[-1]] = now[0] if isinstance(now, list) and now else {"0": now}
            else:
                holder[path[-1]] = [now, now]
        except (KeyError, IndexError, TypeError):
            continue  # what was changed before has taken it away
    return made


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["resource", "resourceType", "entry", "name", "telecom"]), inner, max_size=3
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(bent() | ANYTHING.map(lambda held: {"resourceType": "Bundle", "entry": held}))
def test_reading_has_no_fault(bundle: dict[str, Any]) -> None:
    """Read as it is, so that a fault shows; what is warned about names nobody."""
    found = read(bundle)
    assert all("Edith" not in words and "9990000018" not in words for words in found.warnings)
    assert found.starts_at is None or found.starts_at.tzinfo is not None
    json.dumps(found.person.__dict__)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_readable_or_say_that_they_are_not(raw: bytes) -> None:
    looked = look(Envelope(raw, "one", "two"))
    assert looked.problem or looked.read is not None


def test_depth_is_counted_outside_of_words() -> None:
    assert depth('{"a": "[[[{{{", "b": ["\\"[", {}]}') == 3
    flat = json.dumps({"a": [[] for _ in range(DEEPEST * 3)]}).encode()
    assert len(parsed(flat, [])["a"]) == DEEPEST * 3
    with pytest.raises(NotReadable, match=str(DEEPEST)):
        parsed(b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), [])


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bent())
def test_none_is_lost(sqlite_desk: Desk, bundle: dict[str, Any]) -> None:
    """Over HTTP into the database: each message has its row, and each row a case or somebody who must read it."""
    desk = sqlite_desk
    service = getattr(desk, "service", None) or Service(desk)
    desk.service = service  # type: ignore[attr-defined]
    before = len(desk.rows(ReferralMessage))
    raw = json.dumps(bundle | {"implicitRules": str(before)}).encode()  # never the very same again
    answer = service.sends(raw)
    assert answer.status_code < 500, answer.text
    assert answer.json()["resourceType"] == ("Bundle" if answer.status_code == 200 else "OperationOutcome")
    message = desk.rows(ReferralMessage)[-1]
    assert len(desk.rows(ReferralMessage)) == before + 1
    assert json.loads(desk.hub.db.seal.open(message.sealed) or "") == json.loads(raw) or raw.count(b"NaN")
    assert PROBLEM not in message.warnings, "a fault of ours was caught, and is one all the same"
    if message.became is Arrived.to_read:
        assert answer.status_code >= 400
        return
    (referred,) = [row for row in desk.rows(Referral) if row.id == message.referral_id] or [None]
    if message.became is Arrived.again and referred is None:
        return  # word for word what came before
    assert referred is not None
    case = next(row for row in desk.rows(Case) if row.id == referred.case_id)
    assert case.state is CaseState.open
    assert case.clock_start <= datetime.now(UTC) or case.clock_start <= desk.clock.now()
