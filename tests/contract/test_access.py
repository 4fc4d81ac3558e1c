"""Log-ins that end, passwords that cannot be guessed quickly, and the chain over who did what."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from hub import access, ids
from hub.access import Role, User
from hub.actors import Actor
from hub.db import Database
from hub.errors import NotAllowed
from hub.ids import AGAIN_AFTER, Reference, new_reference
from hub.on_call import on_call
from tests.contract.conftest import NOW, PLACE

PASSWORD = "correct horse battery staple"
HASH = access.hash_password(PASSWORD)
JAY = Actor("user:1", "Jay Osei")


def user(session: Session, **values: Any) -> User:
    made = User(
        **{
            "place": PLACE,
            "name": "Jay Osei",
            "name_key": "jay@example.nhs.uk",
            "password_hash": HASH,
            "roles": [Role.handler],
            **values,
        }
    )
    session.add(made)
    session.flush()
    return made


def log_in(db: Database) -> str:
    with db.write() as session:
        return access.start_log_in(session, user(session), NOW)


def is_in(db: Database, token: str, after: timedelta) -> bool:
    with db.read() as session:
        return access.who_is(session, token, NOW + after) is not None


def test_a_log_in_ends_when_nobody_uses_it(db: Database) -> None:
    token = log_in(db)
    assert is_in(db, token, timedelta(0))
    assert is_in(db, token, access.IDLE_ENDS_AFTER - timedelta(seconds=1))
    assert not is_in(db, token, access.IDLE_ENDS_AFTER)


def test_a_log_in_ends_with_the_shift_however_much_it_is_used(db: Database) -> None:
    token = log_in(db)
    with db.write() as session:
        (seen,) = session.exec(select(access.LogIn)).all()
        seen.seen_at = NOW + access.SESSION_ENDS_AFTER
        session.add(seen)
    assert is_in(db, token, access.SESSION_ENDS_AFTER - timedelta(seconds=1))
    assert not is_in(db, token, access.SESSION_ENDS_AFTER)


def test_logged_out_is_out(db: Database) -> None:
    token = log_in(db)
    with db.write() as session:
        access.end_log_in(session, token)
    assert not is_in(db, token, timedelta(0))


def test_who_has_left_is_out_at_once(db: Database) -> None:
    token = log_in(db)
    with db.write() as session:
        session.execute(update(User).values(active=False))
    assert not is_in(db, token, timedelta(0))
    with db.read() as session:
        assert access.check_password(session, "jay@example.nhs.uk", PASSWORD) is None


def test_the_token_itself_is_nowhere(db: Database) -> None:
    token = log_in(db)
    with db.read() as session:
        (kept,) = session.exec(select(access.LogIn)).all()
    assert token not in repr(kept.model_dump())
    assert not is_in(db, kept.token_hash, timedelta(0)), "what a thief reads in the database opens nothing"
    assert not is_in(db, "", timedelta(0))


def test_a_log_in_that_has_ended_is_thrown_away(db: Database) -> None:
    with db.write() as session:
        who = user(session)
        access.start_log_in(session, who, NOW)
        access.start_log_in(session, who, NOW + access.SESSION_ENDS_AFTER + timedelta(seconds=1))
    with db.read() as session:
        assert len(session.exec(select(access.LogIn)).all()) == 1


@pytest.mark.parametrize(
    ("name", "password", "lets_in"),
    [
        ("jay@example.nhs.uk", PASSWORD, True),
        (" JAY@Example.NHS.uk ", PASSWORD, True),
        ("jay@example.nhs.uk", PASSWORD + " ", False),
        ("jay@example.nhs.uk", "", False),
        ("nobody@example.nhs.uk", PASSWORD, False),
        ("", "", False),
        ("jay@example.nhs.uk' OR '1'='1", PASSWORD, False),
        ("jay@example.nhs.uk", "x" * 10_000, False),
    ],
)
def test_passwords(db: Database, name: str, password: str, lets_in: bool) -> None:
    with db.write() as session:
        user(session)
        assert (access.check_password(session, name, password) is not None) is lets_in


def test_after_five_wrong_passwords_that_name_must_wait(db: Database) -> None:
    later = NOW + access.WRONG_WINDOW
    with db.write() as session:
        for nth in range(access.WRONG_LIMIT):
            assert not access.must_wait(session, "jay@x", f"10.0.0.{nth}", NOW)
            access.remember_wrong(session, "Jay@x ", f"10.0.0.{nth}", NOW)
            session.flush()
        assert access.must_wait(session, "jay@x", "10.9.9.9", NOW), "from wherever"
        assert access.must_wait(session, " JAY@x", "10.9.9.9", NOW), "however it is written"
        assert not access.must_wait(session, "mina@x", "10.9.9.9", NOW), "the others are not held up"
        assert not access.must_wait(session, "jay@x", "10.9.9.9", later)


def test_an_address_that_tries_many_names_must_wait(db: Database) -> None:
    with db.write() as session:
        for nth in range(4 * access.WRONG_LIMIT):
            assert not access.must_wait(session, f"name{nth}", "10.0.0.1", NOW)
            access.remember_wrong(session, f"name{nth}", "10.0.0.1", NOW)
            session.flush()
        assert access.must_wait(session, "somebody new", "10.0.0.1", NOW)
        assert not access.must_wait(session, "somebody new", "10.0.0.2", NOW)


def test_what_was_tried_is_not_kept(db: Database) -> None:
    with db.write() as session:
        access.remember_wrong(session, "jay@example", "10.0.0.1", NOW)
    with db.read() as session:
        kept = repr([row.model_dump() for row in session.exec(select(access.WrongPassword))])
    assert "jay" not in kept
    assert "10.0.0.1" not in kept


def test_the_proof_on_a_form_belongs_to_one_log_in() -> None:
    proofs = {access.csrf_of(token, secret) for token in ("a", "b") for secret in ("one", "two")}
    assert len(proofs) == 4
    assert access.csrf_of("a", "one") in proofs


def test_roles(db: Database) -> None:
    with db.write() as session:
        who = user(session, roles=[Role.handler, Role.manager])
    access.require(who, Role.coordinator, Role.manager)
    with pytest.raises(NotAllowed, match="the role hub clinician or coordinator"):
        access.require(who, Role.hub_clinician, Role.coordinator)


def test_who_answers_for_a_role_just_now(db: Database) -> None:
    with db.write() as session:
        user(session, name_key="a", on_call=[Role.manager])
        user(session, name_key="b", on_call=[Role.coordinator])
        user(session, name_key="c", on_call=[Role.manager], active=False)
        user(session, name_key="d", on_call=[Role.manager], place="york")
    with db.read() as session:
        assert [who.name_key for who in on_call(session, PLACE, Role.manager, NOW)] == ["a"]


# --- references (here, because they need the database) -------------------------------------------------------------


def test_a_reference_is_not_given_again_for_90_days(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """S23, with an alphabet so small that a length is soon full: then references grow by themselves."""
    monkeypatch.setattr(ids, "DIGITS", "34")
    monkeypatch.setattr(ids, "LETTERS", "C")
    monkeypatch.setattr(ids, "TRIES", 60)
    chance = random.Random(7)
    with db.write() as session:
        first = [new_reference(session, PLACE, NOW, chance) for _ in range(4)]
        assert sorted(first) == ["3C3", "3C4", "4C3", "4C4"]
        fifth = new_reference(session, PLACE, NOW, chance)
        assert len(fifth) == 4, "grown"
        assert new_reference(session, "york", NOW, chance) in first, "each place for itself"
        just_before = NOW + AGAIN_AFTER - timedelta(seconds=1)
        assert len(new_reference(session, PLACE, just_before, chance)) == 4
        assert new_reference(session, PLACE, NOW + AGAIN_AFTER, chance) in first, "and again after 90 days"


def test_when_every_length_is_full_it_says_so(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "LONGEST", 3)
    monkeypatch.setattr(ids, "DIGITS", "3")
    monkeypatch.setattr(ids, "LETTERS", "C")
    with db.write() as session:
        assert new_reference(session, PLACE, NOW, random.Random(1)) == "3C3"
        with pytest.raises(RuntimeError, match="no case reference is free"):
            new_reference(session, PLACE, NOW, random.Random(1))


def test_two_at_once_never_get_the_same(db: Database) -> None:
    """Both begin with the same luck: the second waits for the first, and then takes another."""
    given: list[str] = []
    both = threading.Barrier(2)

    def give() -> None:
        both.wait(5)
        with db.write() as session:
            given.append(new_reference(session, PLACE, NOW, random.Random(5)))

    threads = [threading.Thread(target=give) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(given) == len(set(given)) == 2
    with db.read() as session:
        assert {row.ref for row in session.exec(select(Reference))} == set(given)
