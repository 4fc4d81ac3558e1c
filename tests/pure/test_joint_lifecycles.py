"""All joint states of a case with two positions, three offers, one hand-over and one call-back, searched to the last.

The tables and the pure rules are the real ones; what couples them is what the services do in one transaction. Offers 0
(Ana) and 1 (Ben) are for the first position, offer 2 (Ana again) is for the second.
"""

import fcntl
import pickle
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations
from typing import NamedTuple

import pytest

from dispatch.model import OfferState
from dispatch.offers import OfferSeen, answer_yes
from dispatch.offers import after as offer_after
from records.case_word import case_word
from records.lifecycles import LIFECYCLES, OWING, UNDO_TO, Owed, Word, after, owes
from records.model import Outcome
from records.rules import Conclusion, Live, conclude

AT_LEAST_STATES, AT_LEAST_MOVES = 140_000, 1_200_000
"""So that the search cannot shrink in silence: a change of the tables that makes it smaller must be said here."""
NOT_YET, GIVEN_BACK = "not yet", "given back"
POSITION_OF = (0, 0, 1)
RESPONDER_OF = ("ana", "ben", "ana")
ASSIGNED = frozenset({"accepted", "en_route", "at_door", "with_person", "no_access"})
SEEKING = frozenset({"open", "offered"})
COUPLED = frozenset({"offer", "accept", "withdraw_offers", "hand_back", "stand_down", "supersede"})
"""Events of a position that come with something else; all others are the position's alone."""


class Joint(NamedTuple):
    """`handed` and `ring` are the hand-over and the call-back; `finish`: "say how it ended" is open."""

    positions: tuple[str, str]
    offers: tuple[str, str, str]
    handed: str
    ring: str
    finish: bool
    outcome: bool
    closed: bool


START = Joint(("open", "open"), (NOT_YET, NOT_YET, NOT_YET), NOT_YET, NOT_YET, False, False, False)


@cache
def owed_of(state: Joint) -> tuple[Live, ...]:
    rows = [Live(Owed.position, position) for position in state.positions]
    rows += [Live(Owed.hand_over, state.handed), Live(Owed.call_back, state.ring)]
    rows.append(Live(Owed.task, "open" if state.finish else "done", "finish"))
    return tuple(row for row in rows if owes(row.owed, row.state))


def concluded(state: Joint) -> Joint:
    """What `records.service` does at the end of every transaction about a case."""
    bare = state._replace(offers=START.offers)
    owed = owed_of(bare)
    if (
        state.closed
        or (conclusion := conclude(owed, "visited" if state.outcome else None)) is Conclusion.stay
    ):
        return state
    if conclusion is Conclusion.close:
        return state._replace(closed=True)
    return state._replace(finish=True)


def with_position(state: Joint, which: int, new: str) -> Joint:
    first, second = state.positions
    return state._replace(positions=(new, second) if which == 0 else (first, new))


def with_offers(state: Joint, changed: dict[int, str]) -> Joint:
    fresh = tuple(changed.get(nth, old) for nth, old in enumerate(state.offers))
    return state._replace(offers=(fresh[0], fresh[1], fresh[2]))


def is_busy(state: Joint, responder: str) -> bool:
    """On a visit: accepted and not given back, on a position that is under way."""
    return any(
        state.offers[nth] == "accepted" and state.positions[POSITION_OF[nth]] in ASSIGNED
        for nth in range(3)
        if RESPONDER_OF[nth] == responder
    )


def sought(state: Joint, which: int) -> Iterator[Joint]:
    """`dispatch.seeking.seek`: any number of those who can be asked, up to two at once; then the position says so."""
    if state.positions[which] not in SEEKING:
        yield state
        return
    mine = [nth for nth in range(3) if POSITION_OF[nth] == which]
    live = sum(state.offers[nth] == "sent" for nth in mine)
    can_be_asked = [
        nth
        for nth in mine
        if state.offers[nth] in (NOT_YET, "expired")
        and not is_busy(state, RESPONDER_OF[nth])
        and not any(
            state.offers[other] == "sent" for other in range(3) if RESPONDER_OF[other] == RESPONDER_OF[nth]
        )
    ]
    most = max(2 - live, 0)
    for asked in chain.from_iterable(combinations(can_be_asked, n) for n in range(most + 1)):
        offered = with_offers(state, dict.fromkeys(asked, "sent"))
        event = None
        if live + len(asked) and state.positions[which] == "open":
            event = "offer"
        elif not live + len(asked) and state.positions[which] == "offered":
            event = "withdraw_offers"
        new = after(Owed.position, state.positions[which], event) if event else state.positions[which]
        assert new is not None
        yield with_position(offered, which, new)


def answered_yes(state: Joint, nth: int) -> Iterator[Joint]:
    """`dispatch.service.accept`: the first yes wins, the others are lost, the winner's own other offers go back."""

    def seen(offer: int) -> OfferSeen:
        shown = "accepted" if state.offers[offer] == GIVEN_BACK else state.offers[offer]
        responder = 1 if RESPONDER_OF[offer] == "ana" else 2
        return OfferSeen(offer, POSITION_OF[offer], responder, OfferState(shown))

    which = POSITION_OF[nth]
    others = [
        seen(other)
        for other in range(3)
        if state.offers[other] == "sent"
        and (POSITION_OF[other] == which or RESPONDER_OF[other] == RESPONDER_OF[nth])
    ]
    verdict = answer_yes(seen(nth), state.positions[which], others)
    if not verdict.accepted or is_busy(state, RESPONDER_OF[nth]):
        return
    ended = {nth: offer_after(state.offers[nth], "accept")}
    ended |= {other: offer_after(state.offers[other], "lose") for other in verdict.lost}
    ended |= {other: offer_after(state.offers[other], "withdraw") for other in verdict.withdrawn}
    position = after(Owed.position, state.positions[which], "accept")
    assert position is not None
    yield with_position(
        with_offers(state, {other: new or "?" for other, new in ended.items()}), which, position
    )


def moved_offers(state: Joint) -> Iterator[Joint]:
    for nth in range(3):
        if state.offers[nth] != NOT_YET:
            yield from answered_yes(state, nth)
        for event in ("decline", "expire"):
            shown = "accepted" if state.offers[nth] == GIVEN_BACK else state.offers[nth]
            if shown == "sent":
                ended = with_offers(state, {nth: offer_after(shown, event) or "?"})
                yield from sought(ended, POSITION_OF[nth])


def moved_positions(state: Joint) -> Iterator[Joint]:
    for which, position in enumerate(state.positions):
        yield from sought(state, which)
        for (old, event), new in LIFECYCLES[Owed.position].items():
            if old != position:
                continue
            mine = [nth for nth in range(3) if POSITION_OF[nth] == which]
            holder = next((RESPONDER_OF[nth] for nth in mine if state.offers[nth] == "accepted"), "")
            if event.startswith(UNDO_TO) and old == "done" and is_busy(state, holder):
                continue  # `dispatch.undone`: they are on another visit by now
            if event not in COUPLED:
                yield with_position(state, which, new)
            elif event == "hand_back":
                back = {nth: GIVEN_BACK for nth in mine if state.offers[nth] == "accepted"}
                yield with_position(with_offers(state, back), which, new)
            elif event in ("stand_down", "supersede"):
                told = {nth: "withdrawn" for nth in mine if state.offers[nth] == "sent"}
                told |= {nth: GIVEN_BACK for nth in mine if state.offers[nth] == "accepted"}
                yield with_position(with_offers(state, told), which, new)


def moved_others(state: Joint) -> Iterator[Joint]:
    """Hand-over, call-back, and the words of how it ended."""
    if state.handed == NOT_YET:
        yield state._replace(handed="requested")
    for (old, event), new in LIFECYCLES[Owed.hand_over].items():
        if old == state.handed:
            ring = state.ring
            if event in ("refuse", "time_out"):
                ring = "due"  # S30: a clinician rings back
            elif event == "confirm" and ring != NOT_YET:
                ring = after(Owed.call_back, ring, "supersede") or ring
            yield state._replace(handed=new, ring=ring)
    for (old, _), new in LIFECYCLES[Owed.call_back].items():
        if old == state.ring:
            yield state._replace(ring=new)
    if state.finish:
        yield state._replace(finish=False)  # superseded: nothing may hang on that one row
    yield state._replace(finish=False, outcome=True)


def after_the_end(state: Joint) -> Iterator[Joint]:
    """A closed case takes nothing new on: it is opened again, or a reference comes late."""
    yield state._replace(closed=False, outcome=False)
    late = after(Owed.hand_over, state.handed, "confirm")
    if state.handed == "timed_out" and late is not None:
        yield state._replace(handed=late)


def successors(state: Joint) -> set[Joint]:
    moves = (
        after_the_end(state)
        if state.closed
        else chain(moved_offers(state), moved_positions(state), moved_others(state))
    )
    return {concluded(new) for new in moves}


@dataclass
class Search:
    states: list[Joint]
    sources: "array[int]"
    targets: "array[int]"


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Search:
    """Searched once, and not once in each process of a run."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    kept = shared / "joint-search.pickle"
    with (shared / "joint-search.lock").open("w") as line:
        fcntl.flock(line, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(all_states()))
    found: Search = pickle.loads(kept.read_bytes())
    return found


def all_states() -> Search:
    number: dict[Joint, int] = {START: 0}
    states, fresh = [START], deque([START])
    sources: array[int] = array("I")
    targets: array[int] = array("I")
    while fresh:
        here = fresh.popleft()
        for new in successors(here):
            if new not in number:
                number[new] = len(states)
                states.append(new)
                fresh.append(new)
            sources.append(number[here])
            targets.append(number[new])
    return Search(states, sources, targets)


def test_the_search_has_not_shrunk(search: Search) -> None:
    assert len(search.states) >= AT_LEAST_STATES, len(search.states)
    assert len(search.sources) >= AT_LEAST_MOVES, len(search.sources)


def test_an_end_is_reached_from_every_state(search: Search) -> None:
    back: dict[int, list[int]] = {}
    for source, target in zip(search.sources, search.targets, strict=True):
        back.setdefault(target, []).append(source)
    fresh = [nth for nth, state in enumerate(search.states) if state.closed]
    can_end = set(fresh)
    while fresh:
        for source in back.get(fresh.pop(), ()):
            if source not in can_end:
                can_end.add(source)
                fresh.append(source)
    stuck = [state for nth, state in enumerate(search.states) if nth not in can_end]
    assert not stuck, stuck[:3]


def test_none_is_closed_while_owing_and_none_open_owes_nothing(search: Search) -> None:
    for state in search.states:
        owed = owed_of(state._replace(offers=START.offers))
        assert bool(owed) != state.closed, state


def test_the_word_says_closed_of_closed_cases_alone(search: Search) -> None:
    for state in {state._replace(offers=START.offers) for state in search.states}:
        word = case_word((row.owed, row.state) for row in owed_of(state))
        assert (word is Word.closed) == state.closed, state


def test_no_position_has_two_owners(search: Search) -> None:
    for state in search.states:
        held = [POSITION_OF[nth] for nth in range(3) if state.offers[nth] == "accepted"]
        assert len(held) == len(set(held)), state


def test_a_position_under_way_has_exactly_the_one_who_accepted_it(search: Search) -> None:
    for state in search.states:
        for which, position in enumerate(state.positions):
            held = sum(state.offers[nth] == "accepted" for nth in range(3) if POSITION_OF[nth] == which)
            wanted = 1 if position in ASSIGNED or position == "done" else 0
            assert held == wanted, state


def test_nobody_is_on_two_visits(search: Search) -> None:
    for state in search.states:
        under_way = [
            RESPONDER_OF[nth]
            for nth in range(3)
            if state.offers[nth] == "accepted" and state.positions[POSITION_OF[nth]] in ASSIGNED
        ]
        assert len(under_way) == len(set(under_way)), state


def test_a_live_offer_is_for_a_position_that_is_offered(search: Search) -> None:
    for state in search.states:
        for nth in range(3):
            if state.offers[nth] == "sent":
                assert state.positions[POSITION_OF[nth]] == "offered", state


def test_offered_without_a_live_offer_lasts_until_the_next_seek_alone(search: Search) -> None:
    """Only a yes elsewhere takes an offer away without looking at its position: the effect `seek` follows."""
    waiting = 0
    for state in search.states:
        for which in range(2):
            live = [n for n in range(3) if POSITION_OF[n] == which and state.offers[n] == "sent"]
            if state.positions[which] == "offered" and not live:
                waiting += 1
                for new in sought(state, which):
                    has = any(new.offers[n] == "sent" for n in range(3) if POSITION_OF[n] == which)
                    assert (new.positions[which] == "offered") == has, new
    assert waiting, "the search never came by here"


def test_every_state_of_every_row_was_seen(search: Search) -> None:
    seen = {position for state in search.states for position in state.positions}
    assert seen == {str(new) for new in LIFECYCLES[Owed.position].values()} | {"open"}
    assert {state.handed for state in search.states} - {NOT_YET} == {
        "requested",
        *LIFECYCLES[Owed.hand_over].values(),
    }
    assert {state.ring for state in search.states} - {NOT_YET} == {
        "due",
        *LIFECYCLES[Owed.call_back].values(),
    }
    offered = {offer for state in search.states for offer in state.offers}
    assert offered - {NOT_YET, GIVEN_BACK} == {str(state) for state in OfferState}
    assert OWING[Owed.task] == {"open"}
    assert Outcome.visited == "visited"
