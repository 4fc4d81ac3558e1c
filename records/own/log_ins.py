"""How somebody logs in to a person's page: a link and a code to a number that is known to be safe (S17), and then the
phrase that was agreed by voice. Nothing here tells whether anybody is known."""

import hmac
import secrets
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import delete, func, text, update
from sqlmodel import Session, col, select

from hub import asking
from hub.digests import digest
from hub.outbox import Effect, Queue, append
from records.own import accesses
from records.own.model import LIVE, OwnAccess, OwnAsk, OwnCode, OwnKind, OwnLogIn, OwnTry
from records.people import store
from records.people.model import Person
from records.people.store import Record

CODE_LASTS = timedelta(minutes=15)
LASTS, IDLE = timedelta(hours=1), timedelta(minutes=15)
"""A log-in on a phone that somebody else may pick up. [LOCAL]"""
WINDOW = timedelta(hours=1)
MOST_OF_NUMBER, MOST_OF_ADDRESS, MOST_CODES = 5, 30, 4
"""In an hour: asks for one number from one address, asks and wrong codes from one address, codes for one person.
[LOCAL]"""
A_DAY, MOST_CODES_A_DAY = timedelta(hours=24), 10
"""[LOCAL]"""
TRIES = 5
MOST_FOUND = 5


def must_wait(session: Session, given: str, address: str, now: datetime) -> bool:
    """By what was typed from there alone, so that it says nothing of who is known, or of what others ask for. It only
    looks: whoever must wait holds up no writer."""
    limits = {_from(address): MOST_OF_ADDRESS}
    if given:
        limits[_given(given, address)] = MOST_OF_NUMBER
    for who, limit in limits.items():
        tried = select(func.count()).where(OwnTry.who == who, OwnTry.at > now - WINDOW)
        if session.execute(tried).scalar_one() >= limit:
            return True
    return False


def count(session: Session, given: str, address: str, now: datetime) -> None:
    session.execute(delete(OwnTry).where(col(OwnTry.at) < now - WINDOW))
    session.add(OwnTry(who=_from(address), at=now))
    if given:
        session.add(OwnTry(who=_given(given, address), at=now))


def _from(address: str) -> str:
    return digest(f"own from:{network(address)}")


def _given(given: str, address: str) -> str:
    return digest(f"own:{given} from:{network(address)}")


def network(address: str) -> str:
    """Of IPv6 the /64: whoever has one address there has all of them. Pure."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv4Address):
        return str(read)
    return str(read.ipv4_mapped or ip_network((read, 64), strict=False))


def ask(session: Session, place: str, given: str, born: str, now: datetime) -> None:
    """The same work for everybody: who they are a worker finds out, after the answer has left."""
    row = OwnAsk(place=place, given=given, born=born, at=now)
    session.add(row)
    session.flush()
    effect = Effect(
        place=place,
        queue=Queue.records,
        kind="own_ask",
        payload={"ask": row.id},
        valid_until=now + CODE_LASTS,
        created_at=now,
    )
    append(session, effect)


def any_old(session: Session, now: datetime) -> bool:
    """Whether anything was asked that no worker came for in time."""
    return session.exec(select(OwnAsk.id).where(OwnAsk.at < now - CODE_LASTS).limit(1)).first() is not None


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(OwnAsk).where(col(OwnAsk.at) < now - CODE_LASTS))


def taken(session: Session, ask_id: int) -> OwnAsk | None:
    """What was asked, which is then written nowhere any more."""
    row = session.get(OwnAsk, ask_id)
    if row is not None:
        session.delete(row)
    return row


def found(session: Session, asked: OwnAsk) -> list[OwnAccess]:
    """Those whom a code may be sent to. The number typed must be one that is kept, or the person's NHS number; the date
    of birth is the person's."""
    if len(asked.given) == 10 and asked.given.isdigit():
        people = store.who_may_be(session, asked.place, asked.given, None)
        candidates = [one for person in people for one in accesses.of_person(session, person)]
        candidates = [one for one in candidates if one.kind is OwnKind.person]
    else:
        of_number = select(OwnAccess).where(
            OwnAccess.place == asked.place, OwnAccess.number == asked.given, text(LIVE)
        )
        candidates = list(session.exec(of_number.order_by(col(OwnAccess.id)).limit(MOST_FOUND)))
    return [one for one in candidates[:MOST_FOUND] if _may_have_code(session, one, asked)]


def _may_have_code(session: Session, access: OwnAccess, asked: OwnAsk) -> bool:
    record = record_of(session, access)
    if asked.born not in {day.isoformat() for day in record.born}:
        return False
    by_number = asked.given == access.number or asked.given == record.nhs_number
    return by_number and accesses.is_usable(session, access, record)


def record_of(session: Session, access: OwnAccess) -> Record:
    """As the hub knows it: a log-in that ended because something was sealed would tell of it (S18)."""
    with asking.as_hub():
        return store.record(session, head_of(session, access))


def head_of(session: Session, access: OwnAccess) -> Person:
    return store.head(session, session.get_one(Person, access.person_id))


def make_code(session: Session, access: OwnAccess, now: datetime) -> tuple[str, str] | None:
    """The link's token and the code, which are nowhere else. Those before hold on: whoever asks in somebody's place
    must not keep them out. None where they have had too many. `now`: machine time."""
    session.execute(delete(OwnCode).where(col(OwnCode.made_at) < now - A_DAY))
    made = session.exec(select(OwnCode.made_at).where(OwnCode.access_id == access.key)).all()
    if len(made) >= MOST_CODES_A_DAY or sum(at > now - WINDOW for at in made) >= MOST_CODES:
        return None
    token, code = secrets.token_urlsafe(12), f"{secrets.randbelow(1_000_000):06}"
    session.add(
        OwnCode(
            token_hash=digest(token),
            access_id=access.key,
            code_hash=digest(f"{token}:{code}"),
            made_at=now,
            ends_at=now + CODE_LASTS,
        )
    )
    return token, code


def count_try(session: Session, token: str, now: datetime) -> bool:
    """Counted before it is looked at, so that many at once are no more tries than one after the other."""
    counted = session.execute(
        update(OwnCode)
        .where(
            col(OwnCode.token_hash) == digest(token),
            col(OwnCode.over_at).is_(None),
            col(OwnCode.ends_at) > now,
            col(OwnCode.tries) < TRIES,
        )
        .values(tries=col(OwnCode.tries) + 1)
        .returning(col(OwnCode.tries))
    )
    return counted.scalar_one_or_none() is not None


def of_token(session: Session, token: str) -> tuple[OwnCode, OwnAccess] | None:
    code = session.get(OwnCode, digest(token))
    return None if code is None else (code, session.get_one(OwnAccess, code.access_id))


def code_fits(code: OwnCode | None, token: str, typed: str) -> bool:
    return hmac.compare_digest(code.code_hash if code else digest(""), digest(f"{token}:{typed}"))


def was_wrong(session: Session, access: OwnAccess) -> None:
    session.execute(
        update(OwnAccess).where(col(OwnAccess.id) == access.key).values(wrong=col(OwnAccess.wrong) + 1)
    )


def let_in(session: Session, token: str, now: datetime) -> tuple[str, OwnAccess] | None:
    """Once for each code, and only where the number is safe still. Returns the cookie's token, which is nowhere else.
    `now`: machine time."""
    used = session.execute(
        update(OwnCode)
        .where(col(OwnCode.token_hash) == digest(token), col(OwnCode.over_at).is_(None))
        .values(over_at=now)
        .returning(col(OwnCode.access_id))
    ).scalar_one_or_none()
    if used is None:
        return None
    access = session.get_one(OwnAccess, used, populate_existing=True)
    if not accesses.is_usable(session, access, record_of(session, access)):
        return None
    access.wrong = 0
    session.add(access)
    mine = col(OwnCode.access_id) == access.key
    session.execute(update(OwnCode).where(mine, col(OwnCode.over_at).is_(None)).values(over_at=now))
    session.execute(delete(OwnLogIn).where(col(OwnLogIn.ends_at) < now))
    cookie = secrets.token_urlsafe(32)
    session.add(OwnLogIn(token_hash=digest(cookie), access_id=access.key, seen_at=now, ends_at=now + LASTS))
    return cookie, access


def who_is(session: Session, cookie: str, now: datetime) -> tuple[OwnAccess, OwnLogIn] | None:
    """Whoever is behind a cookie, while the log-in, the agreement and the safe number hold. `now`: machine time."""
    log_in = session.get(OwnLogIn, digest(cookie))
    if log_in is None or log_in.ends_at <= now or log_in.seen_at <= now - IDLE:
        return None
    access = session.get_one(OwnAccess, log_in.access_id)
    usable = accesses.is_usable(session, access, record_of(session, access))
    return (access, log_in) if usable else None


def seen(session: Session, cookie: str, now: datetime) -> None:
    session.execute(update(OwnLogIn).where(col(OwnLogIn.token_hash) == digest(cookie)).values(seen_at=now))


def log_out(session: Session, cookie: str) -> None:
    session.execute(delete(OwnLogIn).where(col(OwnLogIn.token_hash) == digest(cookie)))
