"""Any sequence of merges, additions and unmerges ends where it began, but for what was added: that stays with whom it
was added to. S14."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, col, select

from hub.actors import HUB
from hub.errors import Conflict, Refused
from migrations import models
from records.people import merging, service, store
from records.people.fact_model import Fact, FactKind
from records.people.link_model import Merge
from records.people.model import Person, PersonName
from records.people.service import Said, Source

assert models.ALL
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PEOPLE = 5
ONE = st.integers(min_value=1, max_value=PEOPLE)
STEP = st.one_of(
    st.tuples(st.just("merge"), ONE, ONE),
    st.tuples(st.just("unmerge"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("add"), ONE, st.just(0)),
)
Shown = dict[int, tuple[frozenset[int], frozenset[int]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool)
    tables = ("person", "person_name", "name_sound", "identifier", "person_address", "person_number", "carer")
    more = ("fact", "fact_sealing", "person_merge", "case_", "audit", "call")
    SQLModel.metadata.create_all(made, [SQLModel.metadata.tables[name] for name in (*tables, *more)])
    with Session(made) as session:
        lay_out(session)
        session.commit()
    yield made
    made.dispose()


def lay_out(session: Session) -> None:
    for n in range(1, PEOPLE + 1):
        person = service.make(session, "p", None, NOW, HUB)
        assert person.key == n
        service.put(session, person, PersonName, Source(), NOW, HUB, words=f"Person {'ABCDE'[n - 1]}")
        for about in ("one", "two"):
            service.add_fact(session, person, Said(FactKind.condition, about), NOW, HUB)


def shown(session: Session) -> Shown:
    """By person who is nobody else: their facts and names."""
    heads = session.exec(select(Person).where(col(Person.merged_into).is_(None))).all()
    found = {}
    for one in heads:
        record = store.record(session, one)
        found[one.key] = (frozenset(f.key for f in record.facts), frozenset(n.key for n in record.names))
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8), order=st.randoms(use_true_random=False))
def test_s14_merges_are_undone_exactly_in_whatever_order(
    engine: Engine, steps: list[tuple[str, int, int]], order: random.Random
) -> None:
    with engine.connect() as connection, connection.begin() as turn, Session(connection) as session:
        began, added = shown(session), dict[int, set[int]]()
        for what, one, other in steps:
            if what == "merge":
                merge(session, one, other)
            elif what == "unmerge":
                live = standing(session)
                if live:
                    merging.unmerge(session, "p", live[one % len(live)].key, "two", NOW, HUB)
            else:
                head = store.head(session, session.get_one(Person, one))
                fact = service.add_fact(session, head, Said(FactKind.at_risk, "new"), NOW, HUB)
                added.setdefault(head.key, set()).add(fact.key)
        facts = {key for of_one, _ in shown(session).values() for key in of_one}
        assert facts == {fact.key for fact in session.exec(select(Fact))}, "nothing is lost between people"
        live = standing(session)
        order.shuffle(live)
        for merged in live:
            merging.unmerge(session, "p", merged.key, "two", NOW, HUB)
        end = shown(session)
        assert {
            key: (of_one - frozenset(added.get(key, ())), named) for key, (of_one, named) in end.items()
        } == began
        for key, new in added.items():
            assert new <= end[key][0], "what was added since stays with whom it was added to"
        turn.rollback()


def merge(session: Session, one: int, other: int) -> None:
    free = all(session.get_one(Person, key).merged_into is None for key in (one, other))
    if free and one != other:
        done = merging.merge(session, "p", one, other, "one", NOW, HUB)
        assert set(done.brought["fact"]) <= {
            f.key for f in store.record(session, session.get_one(Person, other)).facts
        }
        return
    with pytest.raises(Refused if one == other else Conflict):
        merging.merge(session, "p", one, other, "one", NOW, HUB)


def standing(session: Session) -> list[Merge]:
    return list(session.exec(select(Merge).where(col(Merge.undone_at).is_(None)).order_by(col(Merge.id))))
