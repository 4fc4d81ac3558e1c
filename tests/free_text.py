"""Every way by which people type words into the hub, with what must be there before: for tests that send something in
by each of them. `fields_of` finds them on the routes themselves, so that none can be forgotten.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal, NamedTuple, get_args, get_origin

from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import Session, select
from starlette.testclient import TestClient

from dispatch import inbox, service, store, taking_back, visits
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, Responder
from hub import kept_apart
from hub.access import User
from hub.actors import HUB
from hub.places import place_of
from protocols.source import sha256_of
from records import break_glass, call_backs
from records.model import Call, CallBack, CallBackKind, Case, CaseState, Position, Task, TaskKind, Timeline
from records.own.model import Correction, OwnAccess
from records.people.link_model import Merge
from records.people.model import Person
from records.service import take
from records.sight import AT_WORK_FOR
from records.store import rows_of
from tests import own_view
from tests.bars import Service, referral
from tests.desk import Desk, entry
from tests.machines import Machine
from tests.people import fact, person, rung
from tests.story import BEST_ANSWERS, VISIT
from triage.bars.model import Referral, ReferralMessage
from triage.governance import registering
from triage.governance.store import version_of
from triage.lowering import Lowering
from triage.model import CaptureField

MACHINE = "a machine with a token"
OWN = "the person, on their own page"
WORDS = object()
"""Where the words go in a body."""


class Way(NamedTuple):
    """Who says it, what must be there before (path and body), and the answer that is due."""

    who: str | Callable[[Desk], str]
    before: Callable[[Desk], tuple[dict[str, Any], dict[str, Any]]]
    status: int = 200
    is_form: bool = False


def _a_version(body: dict[str, Any]) -> Callable[[Desk], tuple[dict[str, Any], dict[str, Any]]]:
    """Proposed and never approved."""

    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        library = desk.app.state.library
        text = f"{library.triage['fall-at-home'].text}\n"
        with desk.hub.db.write() as session:
            there = version_of(session, desk.place, sha256_of(text))
            who = session.exec(select(User).where(User.name == "Femi Ade")).one()
            made = there or registering.propose(session, text, library, "", desk.clock.now(), who)
            return {"sha256": made.sha256}, body

    return before


def fields_of(app: FastAPI) -> Iterator[tuple[str, bool]]:
    """Every field of every route that takes words freely, and whether codes are cut out of it."""
    for route in routes_of(app):
        for param in route.dependant.body_params:
            kind = param.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from ((f"{route.path} {name}", cuts) for name, cuts in _of_model(kind))
            elif _is_free(kind, param.field_info.metadata):
                yield f"{route.path} {param.name}", _cuts(kind, param.field_info.metadata)


class Under(NamedTuple):
    """A route of a mounted application, with its whole path."""

    path: str
    methods: set[str]
    dependant: Any


def routes_of(app: FastAPI) -> Iterator[Any]:
    for route in app.routes:
        if isinstance(inner := getattr(route, "app", None), FastAPI):
            for one in routes_of(inner):
                yield Under(f"{route.path}{one.path}", one.methods, one.dependant)  # type: ignore[attr-defined]
            continue
        for one in route.effective_candidates() if hasattr(route, "effective_candidates") else [route]:
            if hasattr(one, "dependant") and getattr(one, "methods", None):
                yield one


def _of_model(model: type[BaseModel]) -> Iterator[tuple[str, bool]]:
    own = {
        name for one in model.__pydantic_decorators__.field_validators.values() for name in one.info.fields
    }
    for name, field in model.model_fields.items():
        inner = [
            one for one in _leaves(field.annotation) if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        for one in inner:
            yield from _of_model(one)
        if not inner and _is_free(field.annotation, field.metadata):
            yield name, name in own or _cuts(field.annotation, field.metadata)


def _is_free(kind: Any, metadata: list[Any]) -> bool:
    """Words, and not from a list or of a given shape."""
    has_shape = "pattern" in f"{metadata}{kind}"
    return any(leaf is str for leaf in _leaves(kind)) and not has_shape


def _leaves(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        return
    if args := get_args(kind):
        for arg in args:
            yield from _leaves(arg)
    else:
        yield kind


def _cuts(kind: Any, metadata: list[Any]) -> bool:
    return kept_apart.take_out.__name__ in f"{metadata}{kind}"


def says(desk: Desk, path: str, way: Way, words: str) -> Any:
    """Say `words` by this way."""
    where, body = way.before(desk)
    if way.who == MACHINE:
        client = Machine(desk).client
        client.headers["idempotency-key"] = str(uuid.uuid4())
    elif way.who == OWN:
        client = own_view.logged_in(desk, given="999 000 0026")
    else:
        client = desk.person(way.who if isinstance(way.who, str) else way.who(desk))
    filled = _filled(body, words)
    url = path.split(" ")[0].format(**where)
    if way.is_form:
        form = {**filled, "csrf": client.headers["x-csrf-token"]}
        return client.post(url, data=form)
    return client.post(url, json=filled)


def _filled(body: Any, words: str) -> Any:
    if body is WORDS:
        return words
    if isinstance(body, dict):
        return {key: _filled(value, words) for key, value in body.items()}
    return [_filled(one, words) for one in body] if isinstance(body, list) else body


def pages(desk: Desk) -> Iterator[str]:
    """What people of the hub can open, as they see it."""
    priya, amara = desk.person("Priya Nair"), desk.person("Amara Obi")
    for client, path in ((priya, "/board"), (amara, "/clinician"), (amara, "/concerns"), (amara, "/calls")):
        yield _seen(client, path)
    for case in desk.rows(Case):
        if case.closed_at is not None and desk.clock.now() - case.closed_at > AT_WORK_FOR:
            continue  # shut to her
        for path in (f"/cases/{case.key}", f"/cases/{case.key}/panel", f"/api/cases/{case.key}/sbard"):
            yield _seen(priya, path)
    for call in desk.rows(Call):
        yield _seen(amara, f"/calls/{call.key}")
    for offer in desk.rows(Offer):
        if offer.state == "accepted":
            name = next(row.name for row in desk.rows(Responder) if row.id == offer.responder_id)
            yield _seen(desk.person(name), f"/o/{offer.code}")


def _seen(client: TestClient, path: str) -> Any:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer.text


# --- what must be there before ----------------------------------------------------------------------------------------


def _new(desk: Desk) -> dict[str, int]:
    made: dict[str, int] = desk.does("/api/calls/new")
    call, case = made["call"], made["case"]
    where = [entry("address", f"{case} Oak Road"), entry("postcode", "LS8 2AB")]
    desk.does(f"/api/calls/{call}/typed", {"entries": where})
    return {"call": call, "case": case}


def _on_call(body: dict[str, Any]) -> Any:
    return lambda desk: ({"call_id": _new(desk)["call"]}, body)


def _on_case(body: dict[str, Any]) -> Any:
    return lambda desk: ({"case_id": _new(desk)["case"]}, body)


def _every_field(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = [{"id": str(uuid.uuid4()), "field": field.value, "value": WORDS} for field in CaptureField]
    return {"call_id": _new(desk)["call"]}, {"entries": fields}


def _past(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = _new(desk)["case"]
    with desk.hub.db.write() as session:
        row = session.get_one(Case, case)
        row.state, row.closed_at = CaseState.closed, desk.clock.now() - timedelta(days=10)
        for call in session.exec(select(Call).where(Call.case_id == case)):
            call.handler_id = None
            session.add(call)
    return {"case_id": case}, {"why": WORDS}


def _glass(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = _past(desk)[0]["case_id"]
    with desk.hub.db.write() as session:
        mina = session.exec(select(User).where(User.name == "Mina Patel")).one()
        broken = break_glass.break_it(
            session, session.get_one(Case, case), "she rang", desk.clock.now(), mina
        )
        return {"number": broken.key}, {"justified": "true", **SAID}


def _own(body: dict[str, Any]) -> Any:
    """Somebody with a page of their own, made once."""

    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        if not desk.rows(OwnAccess):
            own_view.with_page(desk, person_name="Olive Page", born="3/7/1941", nhs_number="999 000 0026")
        return {}, body

    return before


def _correction(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    _own({})(desk)
    client, asked = own_view.logged_in(desk, given="999 000 0026"), {"about": "health", "words": "I am well."}
    client.post("/own/corrections", data=asked)
    return {"number": desk.rows(Correction)[-1].key}, {"answered": "put_right", **SAID}


LEAD = "Nora Quinn"
OF_ASKING = dict.fromkeys(("nhs_number", "asked_by", "behalf", "identity"), 422)
"""By field: words with a code in them are refused, and nothing is kept."""


def _asks_for_all(field: str) -> Callable[[Desk], tuple[dict[str, Any], dict[str, Any]]]:
    body = {"received": "2026-03-01", "nhs_number": "9990000018", "asked_by": "Jo", "identity": "passport"}
    return lambda _desk: ({}, body | {field: WORDS})


def _nothing_there(name: str) -> Callable[[Desk], tuple[dict[str, Any], dict[str, Any]]]:
    field = name.rpartition(" ")[2]
    body = {"held": "true", "agreed": "true", "part": "message:1", "why": "third person"}
    return lambda _desk: ({"number": 4711}, body | {field: WORDS})


def _answer_note(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    call, assessment = desk.assessed()
    return {"call_id": call}, {"assessment": assessment, "question": "breathing", "words": WORDS}


def _assessment(body: dict[str, Any]) -> Any:
    return lambda desk: ({"assessment_id": desk.assessed()[1]}, body)


def committed(desk: Desk, **answers: Any) -> int:
    _, assessment = desk.assessed({**BEST_ANSWERS, **VISIT, **answers})
    desk.does(f"/api/assessments/{assessment}/finish")
    return int(desk.rows(Case)[-1].key)


def _triaged(body: dict[str, Any], **answers: Any) -> Any:
    return lambda desk: ({"case_id": committed(desk, **answers)}, body)


def _advised(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """By a clinician, who needs no protocol to know that it is enough."""
    case = _new(desk)["case"]
    due = desk.jay.get(f"/api/cases/{case}/safety-net").json()["words"]
    return {"case_id": case}, {"said": [*due, WORDS], "words": WORDS}


def _advised_by_machine(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """What came to advice alone, as a clinician has lowered it."""
    case = committed(desk)
    for position in [row for row in desk.rows(Position) if row.case_id == case]:
        with desk.hub.db.write() as session:
            row = session.get_one(Position, position.key)
            taking_back.stand_down(session, row, desk.clock.now(), HUB, "not needed")
    lowered = {"priority": "advice", "why": "because"}
    desk.person("Amara Obi").post(f"/api/cases/{case}/lower", json=lowered).raise_for_status()
    due = desk.jay.get(f"/api/cases/{case}/safety-net").json()["words"]
    return {"case_id": case}, {"said": [*due, WORDS], "words": WORDS}


def _declined(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    said = dict.fromkeys(("refuser_name", "understood", "risks", "ring"), WORDS)
    return {"case_id": _new(desk)["case"]}, {"refuser": "person", "capacity": "unknown", **said}


def _lowering(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = committed(desk, leg="yes")
    asked = {"priority": "same_day", "why": "because"}
    desk.person("Amara Obi").post(f"/api/cases/{case}/lower", json=asked).raise_for_status()
    return {"task_id": desk.rows(Lowering)[-1].task_id}, {"why": WORDS}


def _concern(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = _new(desk)["case"]
    desk.does(f"/api/cases/{case}/concern", {"why": "odd"})
    return {"concern_id": 1}, {"words": WORDS}


def _call_back(name: str, kind: CallBackKind, body: dict[str, Any]) -> Any:
    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        case_id, now = _new(desk)["case"], desk.clock.now()
        with desk.hub.db.write() as session:
            case = take(session, case_id, now)
            due = now + timedelta(minutes=5)
            call_backs.open_call_back(session, case, "handler", "rang off", due, now, HUB, kind=kind)
        return {name: desk.rows(CallBack)[-1].key}, body

    return before


def accepted(desk: Desk, **answers: Any) -> Offer:
    """A visit that somebody has said yes to."""
    nobody_is_asked(desk)
    case_id = committed(desk, **answers)
    with desk.hub.db.write() as session:
        position = rows_of(session, Position, case_id)[0]
        offer = store.offers_of_position(session, position.key)[-1]
        who = store.responder(session, offer.responder_id)
        service.accept(session, desk.app.state.desk, offer, desk.clock.now(), who.actor)
    return offer


def nobody_is_asked(desk: Desk) -> None:
    """Whoever was asked for an earlier case is free, so that there is somebody for the next."""
    for position in desk.rows(Position):
        with desk.hub.db.write() as session:
            row = session.get_one(Position, position.key)
            if row.state in ("offered", "accepted"):
                taking_back.stand_down(session, row, desk.clock.now(), HUB, "not needed")


def _visit(body: dict[str, Any]) -> Any:
    return lambda desk: ({"position_id": accepted(desk).position_id}, body)


def _asked(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """An offer that nobody has answered."""
    nobody_is_asked(desk)
    committed(desk)
    return {"offer_id": desk.rows(Offer)[-1].key}, {"why": WORDS}


def _sought(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    nobody_is_asked(desk)
    committed(desk)
    return {"position_id": desk.rows(Position)[-1].key}, {"minutes": 5, "why": WORDS}


def _to_responder(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    offer = accepted(desk)
    return {"case_id": offer.case_id}, {"to": offer.responder_id, "body": WORDS}


def _to_another(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    offer = accepted(desk)
    other = next(
        row for row in desk.rows(Responder) if "nursing" in row.skills and row.id != offer.responder_id
    )
    return {"position_id": offer.position_id}, {"to": other.id, "why": WORDS, "again": True}


def _visit_begun(body: dict[str, Any]) -> Any:
    """A visit with a step that can be taken back."""

    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        offer = accepted(desk)
        with desk.hub.db.write() as session:
            position = session.get_one(Position, offer.position_id)
            visits.step(session, position, "set_off", desk.clock.now(), HUB)
        return {"position_id": offer.position_id}, body

    return before


def _text(desk: Desk, body: str) -> Message:
    """A text from whoever is on the way to the newest case."""
    offer = accepted(desk)
    with desk.hub.db.write() as session:
        receive(desk, session, session.get_one(Responder, offer.responder_id).phone, body)
    message: Message = [row for row in desk.rows(Message) if row.direction == "in"][-1]
    return message


def receive(desk: Desk, session: Session, phone: str, body: str) -> None:
    incoming = Incoming(f"SM{uuid.uuid4().hex}", phone, body)
    inbox.receive(session, desk.app.state.desk, place_of(session, desk.place), incoming, desk.clock.now())


def texts_of(desk: Desk, words: Iterator[str]) -> None:
    """Texts from somebody on a visit, from somebody with nothing open, with a step, and from an unknown number."""
    offer = accepted(desk)
    with desk.hub.db.read() as session:
        phone = session.get_one(Responder, offer.responder_id).phone
        idle = next(
            r.phone for r in session.exec(select(Responder)) if not store.assignment_of(session, r.key)
        )
    for sender, begins in ((phone, ""), (phone, "999 "), (phone, "RED "), (idle, ""), ("+447700900999", "")):
        with desk.hub.db.write() as session:
            receive(desk, session, sender, begins + next(words))


def _reply(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"message_id": _text(desk, "what was the number").key}, {"body": WORDS}


def _task(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    _text(desk, "what was the number")
    (*_, task) = (row for row in desk.rows(Task) if row.kind is TaskKind.unread_reply and row.state == "open")
    return {"task_id": task.key}, {"words": WORDS}


def _hand_over(body: dict[str, Any]) -> Any:
    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        case = _new(desk)["case"]
        asked = desk.does(f"/api/cases/{case}/refer", {"service": "gp", "why": "Review."})
        return {"row_id": asked["hand_over"]}, body

    return before


def _closed(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    made = _new(desk)
    desk.does(f"/api/cases/{made['case']}/wrong-number", {"call": made["call"]})
    return {"case_id": made["case"]}, {"why": WORDS}


def _stood_down(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    where, body = _visit(WHY)(desk)
    path = "/api/positions/{position_id}/stand-down".format(**where)
    desk.person(SENIOR).post(path, json={"why": "Not needed."}).raise_for_status()
    return where, body


def _asked_over(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = _new(desk)["case"]
    (femi,) = (user for user in desk.rows(User) if user.name == "Femi Ade")
    path = f"/api/cases/{case}/responsible/offer"
    desk.person("Amara Obi").post(path, json={"to": femi.id}).raise_for_status()
    return {"case_id": case}, {"why": WORDS}


def _their_own(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": accepted(desk).code}, {"why": WORDS}


def _their_press(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": accepted(desk).code}, {"id": str(uuid.uuid4()), "what": "hand_back", "why": WORDS}


def _their_own_note(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": _done(desk).code}, {"what": "treated", "words": WORDS}


def _their_own_death(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": accepted(desk).code}, {"by": WORDS, "at": WORDS, "expected": "no"}


def _done(desk: Desk) -> Offer:
    offer = accepted(desk)
    with desk.hub.db.write() as session:
        position = session.get_one(Position, offer.position_id)
        visits.step(session, position, "finish", desk.clock.now(), HUB)
    return offer


def _noted(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"position_id": _done(desk).position_id}, {"what": "treated", "words": WORDS}


def who_goes(desk: Desk) -> str:
    """Whoever has said yes last."""
    offer = [row for row in desk.rows(Offer) if row.state == "accepted"][-1]
    return str(next(row.name for row in desk.rows(Responder) if row.id == offer.responder_id))


def _a_note(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = _new(desk)["case"]
    desk.does(f"/api/cases/{case}/note", {"words": "private"})
    line = [row for row in desk.rows(Timeline) if row.event == "note"][-1]
    return {"case_id": case, "line_id": line.id}, {"why": WORDS}


def _a_text(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    case = accepted(desk).case_id
    message = [row for row in desk.rows(Message) if row.case_id == case][-1]
    return {"case_id": case, "message_id": message.key}, {"why": WORDS}


def _about(name: str) -> Callable[[Desk], tuple[dict[str, Any], dict[str, Any]]]:
    return lambda _desk: ({"responder_id": 1}, {name: WORDS})


def _referred(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    Service(desk).sends(referral(desk.clock.now())).raise_for_status()
    return {"referral_id": desk.rows(Referral)[-1].key}, {"why": WORDS}


def _not_taken_in(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    Service(desk).sends(b"not a message")
    return {"message_id": desk.rows(ReferralMessage)[-1].key}, {"told": WORDS}


HANDLER, CLINICIAN, SENIOR, MANAGER = "Jay Osei", "Amara Obi", "Priya Nair", "Dana Cole"
GOVERNANCE = "Ruth Adeyemi"
OF_RECORD = ("name", "short_name", "profession", "grade", "organisation", "languages", "vehicle", "equipment")
A_SHIFT = {"responder": 1, "day": "2026-03-20", "begins": "07:00", "ends": "19:00", "base": "LS8"}
NEWCOMER = {"name": "Kit Lowe", "profession": "nurse", "number": "07700 900199"}
WHY = {"why": WORDS}
SAID = {"words": WORDS}
FIELDS = {"fields": [{"field": field.value, "value": WORDS} for field in CaptureField]}


def _person(desk: Desk) -> int:
    """Somebody whom the record has not got yet."""
    nth = "".join("abcdefghij"[int(digit)] for digit in str(len(desk.rows(Person))))
    return person(desk, person_name=f"Mo {nth}", nhs_number="")


def _on_person(body: dict[str, Any]) -> Any:
    return lambda desk: ({"person_id": _person(desk)}, body)


def _on_fact(body: dict[str, Any]) -> Any:
    def before(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
        row = fact(desk, _person(desk))
        return {"kind": "fact", "row_id": row, "fact_id": row}, body

    return before


def _merged(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    one, other = _person(desk), _person(desk)
    body = {"into": one, "why": "the same"}
    desk.person("Amara Obi").post(f"/api/people/{other}/merge", json=body).raise_for_status()
    return {"merge_id": desk.rows(Merge)[-1].key}, WHY


def _linked(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    _person(desk)
    return {"case_id": desk.rows(Person)[-1].case_id}, WHY


def _may_be(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    made = _person(desk)
    _, case = rung(desk, person_name="Nobody Else", born="3/7/1941")
    return {"case_id": case}, {"person": made, **WHY}


def _looked_for(name: str) -> Any:
    return lambda _desk: ({}, {name: WORDS})


A_FACT: dict[str, Any] = {"kind": "depends", "about": "dog"}
OF_FACT = ("about", "value", "words", "author", "full_text", "source")
OF_CARER = ("name", "relation", "number", "words", "source")
OF_WHO: dict[str, dict[str, Any]] = {
    "names words": {"words": WORDS},
    "names source": {"words": "Jo", "source": WORDS},
    "identifiers system": {"value": "4711", "system": WORDS},
    "identifiers value": {"value": WORDS, "system": "hospital"},
    "identifiers source": {"value": "4711", "system": "hospital", "source": WORDS},
    "addresses address": {"address": WORDS},
    "addresses postcode": {"address": "3 Elm Close", "postcode": WORDS},
    "addresses access_words": {"address": "3 Elm Close", "access_words": WORDS},
    "addresses source": {"address": "3 Elm Close", "source": WORDS},
    "numbers number": {"number": WORDS},
    "numbers whose": {"number": "07700900321", "whose": WORDS},
    "numbers source": {"number": "07700900321", "source": WORDS},
    "died words": {"day": "2026-01-02", "words": WORDS},
    "died source": {"day": "2026-01-02", "words": "the ward", "source": WORDS},
}
OF_SOUGHT = {"name": 200, "born": 422, "nhs_number": 422, "postcode": 422, "phone": 422}
WAYS: dict[str, Way] = {
    "/api/v1/calls value": Way(MACHINE, lambda _desk: ({}, FIELDS), 201),
    "/api/v1/calls/{call_id}/fields value": Way(MACHINE, _on_call(FIELDS)),
    "/api/v1/cases/{case_id}/outcome words": Way(MACHINE, _on_case({"outcome": "cancelled", **SAID})),
    "/api/v1/cases/{case_id}/advice said": Way(MACHINE, _advised_by_machine),
    "/api/v1/cases/{case_id}/advice words": Way(MACHINE, _advised_by_machine),
    "/api/v1/cases/{case_id}/declined refuser_name": Way(MACHINE, _declined),
    "/api/v1/cases/{case_id}/declined understood": Way(MACHINE, _declined),
    "/api/v1/cases/{case_id}/declined risks": Way(MACHINE, _declined),
    "/api/v1/cases/{case_id}/declined ring": Way(MACHINE, _declined),
    "/api/v1/cases/{case_id}/died words": Way(MACHINE, _on_case(SAID)),
    "/api/v1/cases/{case_id}/refer why": Way(MACHINE, _on_case({"service": "gp", **WHY}), 201),
    "/api/v1/cases/{case_id}/hold why": Way(MACHINE, _triaged({"until": "1500", **WHY})),
    "/api/v1/cases/{case_id}/no-capacity words": Way(MACHINE, _on_case(SAID)),
    "/api/v1/cases/{case_id}/raise why": Way(MACHINE, _triaged({"priority": "one_hour", **WHY})),
    "/api/v1/cases/{case_id}/reopen why": Way(MACHINE, _closed),
    "/api/v1/cases/{case_id}/dependants words": Way(MACHINE, _on_case({"answer": "looked_after", **SAID})),
    "/api/v1/cases/{case_id}/notes words": Way(MACHINE, _on_case(SAID), 201),
    "/api/v1/cases/{case_id}/messages body": Way(MACHINE, _to_responder, 201),
    "/api/v1/tasks/{task_id}/done words": Way(MACHINE, _task),
    "/api/v1/call-backs/{row_id}/reached words": Way(
        MACHINE, _call_back("row_id", CallBackKind.call_back, SAID)
    ),
    "/api/v1/call-backs/{row_id}/failed words": Way(
        MACHINE, _call_back("row_id", CallBackKind.call_back, SAID)
    ),
    "/api/v1/hand-overs/{row_id}/confirm reference": Way(MACHINE, _hand_over({"reference": WORDS})),
    "/api/v1/hand-overs/{row_id}/refuse why": Way(MACHINE, _hand_over(WHY)),
    "/api/v1/positions/{position_id}/hand-back why": Way(MACHINE, _visit(WHY)),
    "/api/v1/positions/{position_id}/note words": Way(MACHINE, _noted),
    "/api/v1/positions/{position_id}/stand-down why": Way(MACHINE, _visit(WHY)),
    "/api/v1/positions/{position_id}/undo why": Way(MACHINE, _visit_begun(WHY)),
    "/api/v1/positions/{position_id}/reassign why": Way(MACHINE, _to_another),
    "/api/v1/positions/{position_id}/pause why": Way(MACHINE, _sought),
    "/api/v1/offers/{offer_id}/withdraw why": Way(MACHINE, _asked),
    "/api/calls/{call_id}/typed value": Way(HANDLER, _every_field),
    "/api/calls/{call_id}/note words": Way(HANDLER, _on_call(SAID)),
    "/api/calls/{call_id}/answer-note words": Way(HANDLER, _answer_note),
    "/api/assessments/{assessment_id}/break-off why": Way(HANDLER, _assessment(WHY)),
    "/api/cases/{case_id}/advice said": Way(CLINICIAN, _advised),
    "/api/cases/{case_id}/advice words": Way(CLINICIAN, _advised),
    "/api/cases/{case_id}/declined refuser_name": Way(HANDLER, _declined),
    "/api/cases/{case_id}/declined understood": Way(HANDLER, _declined),
    "/api/cases/{case_id}/declined risks": Way(HANDLER, _declined),
    "/api/cases/{case_id}/declined ring": Way(HANDLER, _declined),
    "/api/cases/{case_id}/died words": Way(HANDLER, _on_case(SAID)),
    "/api/cases/{case_id}/refer why": Way(HANDLER, _on_case({"service": "gp", **WHY})),
    "/api/cases/{case_id}/hold why": Way(HANDLER, _triaged({"until": "1500", **WHY})),
    "/api/cases/{case_id}/no-capacity words": Way(HANDLER, _on_case(SAID)),
    "/api/cases/{case_id}/raise why": Way(HANDLER, _triaged({"priority": "one_hour", **WHY})),
    "/api/cases/{case_id}/lower why": Way(CLINICIAN, _triaged({"priority": "same_day", **WHY})),
    "/api/lowerings/{task_id}/refuse why": Way("Femi Ade", _lowering),
    "/api/cases/{case_id}/remote-care what": Way(CLINICIAN, _triaged({"what": WORDS, "agreed_with": WORDS})),
    "/api/cases/{case_id}/remote-care agreed_with": Way(
        CLINICIAN, _triaged({"what": WORDS, "agreed_with": WORDS})
    ),
    "/api/cases/{case_id}/dependants words": Way(HANDLER, _on_case({"answer": "looked_after", **SAID})),
    "/api/cases/{case_id}/concern why": Way(HANDLER, _on_case(WHY)),
    "/api/concerns/{concern_id}/answer words": Way("Ruth Adeyemi", _concern),
    "/api/call-backs/{back_id}/welfare words": Way(
        HANDLER, _call_back("back_id", CallBackKind.welfare, {"how": "same", "asked": True, **SAID})
    ),
    "/api/call-backs/{row_id}/reached words": Way(
        HANDLER, _call_back("row_id", CallBackKind.call_back, SAID)
    ),
    "/api/call-backs/{row_id}/failed words": Way(HANDLER, _call_back("row_id", CallBackKind.call_back, SAID)),
    "/api/positions/{position_id}/hand-back why": Way(HANDLER, _visit(WHY)),
    "/api/positions/{position_id}/stand-down why": Way(SENIOR, _visit(WHY)),
    "/api/positions/{position_id}/undo why": Way(SENIOR, _visit_begun(WHY)),
    "/api/offers/{offer_id}/withdraw why": Way(SENIOR, _asked),
    "/api/positions/{position_id}/reassign why": Way(SENIOR, _to_another),
    "/api/positions/{position_id}/pause why": Way(SENIOR, _sought),
    "/api/cases/{case_id}/message body": Way(HANDLER, _to_responder),
    "/api/messages/{message_id}/reply body": Way(HANDLER, _reply),
    "/api/v1/messages/{message_id}/reply body": Way(MACHINE, _reply, 201),
    "/api/tasks/{task_id}/done words": Way(HANDLER, _task),
    "/api/cases/{case_id}/outcome words": Way(HANDLER, _on_case({"outcome": "cancelled", **SAID})),
    "/api/positions/{position_id}/want-again why": Way(SENIOR, _stood_down),
    "/api/cases/{case_id}/reopen why": Way(SENIOR, _closed),
    "/api/cases/{case_id}/note words": Way(HANDLER, _on_case(SAID)),
    "/api/hand-overs/{row_id}/confirm reference": Way(HANDLER, _hand_over({"reference": WORDS})),
    "/api/hand-overs/{row_id}/refuse why": Way(HANDLER, _hand_over(WHY)),
    "/api/referrals/{referral_id}/reject why": Way(SENIOR, _referred),
    "/api/cases/{case_id}/seal why": Way(CLINICIAN, _on_case(WHY)),
    "/api/cases/{case_id}/person why": Way(HANDLER, _may_be),
    "/api/cases/{case_id}/person/wrong why": Way(HANDLER, _linked),
    "/api/cases/{case_id}/notes/{line_id}/seal why": Way(CLINICIAN, _a_note),
    "/api/cases/{case_id}/texts/{message_id}/seal why": Way(CLINICIAN, _a_text),
    "/api/cases/{case_id}/responsible/decline why": Way("Femi Ade", _asked_over),
    "/o/{code}/pressed why": Way(who_goes, _their_press),
    "/api/cases/{case_id}/not-died words": Way(HANDLER, _on_case(SAID)),
    "/api/positions/{position_id}/note words": Way(HANDLER, _noted),
    "/o/{code}/hand-back why": Way(who_goes, _their_own, 303, is_form=True),
    "/o/{code}/outcome words": Way(who_goes, _their_own_note, 303, is_form=True),
    "/o/{code}/died by": Way(who_goes, _their_own_death, 303, is_form=True),
    "/o/{code}/died at": Way(who_goes, _their_own_death, 303, is_form=True),
    "/cases/{case_id}/consent how": Way(
        HANDLER, _on_case({"purpose": "research", "said": "agreed", "how": WORDS}), 303, is_form=True
    ),
    "/cases/{case_id}/consent with_whom": Way(
        HANDLER,
        _on_case({"purpose": "carer", "said": "agreed", "how": "x", "with_whom": WORDS}),
        303,
        is_form=True,
    ),
}
"""By address and field; what is said there is kept."""

OF_OWN_PAGE = {
    "kind": "carer",
    "number": "07700900322",
    "phrase": "a tin of buttons",
    "name": "Jo",
    "how": "by voice",
}
NOT_KEPT: dict[str, Way] = {
    **{
        f"/people/{{person_id}}/own-page {name}": Way(
            HANDLER, _on_person({**OF_OWN_PAGE, "safe": "true", name: WORDS}), 422, is_form=True
        )
        for name in ("how", "name", "relation")
    },
    "/own/plans words": Way(OWN, _own({"seen_at": "", **SAID}), 422, is_form=True),
    "/own/corrections words": Way(OWN, _own(SAID), 422, is_form=True),
    "/own/consent with_whom": Way(
        OWN, _own({"purpose": "carer", "said": "agreed", "with_whom": WORDS}), 422, is_form=True
    ),
    "/corrections/{number} words": Way("Nora Quinn", _correction, 422, is_form=True),
    **{
        f"/api/people/{{person_id}}/facts {name}": Way(HANDLER, _on_person({**A_FACT, name: WORDS}), 422)
        for name in OF_FACT
    },
    **{
        f"/api/people/{{person_id}}/carers {name}": Way(HANDLER, _on_person({"name": "Jo", name: WORDS}), 422)
        for name in OF_CARER
    },
    **{
        f"/api/people/{{person_id}}/{path}": Way(HANDLER, _on_person(body), 422)
        for path, body in OF_WHO.items()
    },
    "/api/people/{person_id}/merge why": Way(CLINICIAN, _on_person({"into": 1, **WHY}), 422),
    "/api/people/rows/{kind}/{row_id}/in-error why": Way(HANDLER, _on_fact(WHY), 422),
    "/api/people/facts/{fact_id}/seal why": Way(CLINICIAN, _on_fact(WHY), 422),
    "/api/merges/{merge_id}/undo why": Way(CLINICIAN, _merged, 422),
    "/people/{person_id}/open why": Way(HANDLER, _on_person(WHY), 422),
    **{
        f"/people/search {name}": Way(HANDLER, _looked_for(name), status)
        for name, status in OF_SOUGHT.items()
    },
    "/api/referral-messages/{message_id}/seen told": Way(HANDLER, _not_taken_in, 422),
    "/messages said": Way(HANDLER, lambda _desk: ({}, {"said": WORDS}), is_form=True),
    "/tokens name": Way(
        "Alex Shaw", lambda _desk: ({}, {"name": WORDS, "scopes": "cases:read"}), 422, is_form=True
    ),
    "/walls name": Way("Alex Shaw", lambda _desk: ({}, {"name": WORDS}), 422, is_form=True),
    "/cases/{case_id}/break-glass why": Way(HANDLER, _past, 422, is_form=True),
    "/audit/break-glass/{number} words": Way("Nora Quinn", _glass, 422, is_form=True),
    **{
        f"/subject-access {name}": Way(LEAD, _asks_for_all(name), status, is_form=True)
        for name, status in OF_ASKING.items()
    },
    **{
        f"/subject-access/{{number}}/{name}": Way(LEAD, _nothing_there(name), 404, is_form=True)
        for name in ("decide part", "decide why", "hold-all why", "refuse why", "extend why")
    },
    "/retention/holds ref": Way(
        LEAD, lambda _desk: ({}, {"ref": WORDS, "why": "inquiry"}), 422, is_form=True
    ),
    "/retention/holds why": Way(LEAD, lambda _desk: ({}, {"ref": "NONE", "why": WORDS}), 404, is_form=True),
    "/retention/holds/{number}/end why": Way(LEAD, _nothing_there("end why"), 404, is_form=True),
    "/erasures ref": Way(LEAD, lambda _desk: ({}, {"ground": "no_care", "ref": WORDS}), 422, is_form=True),
    "/erasures why": Way(
        LEAD, lambda _desk: ({}, {"ground": "no_care", "ref": "NONE", "why": WORDS}), 404, is_form=True
    ),
    "/erasures/{number} why": Way("Dana Cole", _nothing_there("answer why"), 404, is_form=True),
    "/where typed": Way(HANDLER, lambda _desk: ({}, {"typed": WORDS})),
    "/api/places typed": Way(HANDLER, lambda _desk: ({}, {"typed": WORDS})),
    "/find typed": Way(HANDLER, lambda _desk: ({}, {"typed": WORDS})),
    "/hand-over words": Way(SENIOR, lambda _desk: ({}, {"role": "coordinator", **SAID}), 422),
    "/api/cases/{case_id}/go-on words": Way(HANDLER, _on_case(SAID), 409),
    "/api/cases/{case_id}/tell-wish number": Way(HANDLER, _on_case({"agreed": "yes", "number": WORDS}), 422),
    "/api/v1/cases/{case_id}/duplicate ref": Way(MACHINE, _on_case({"ref": WORDS}), 422),
    "/api/v1/cases/{case_id}/go-on words": Way(MACHINE, _on_case(SAID), 409),
    "/api/v1/cases/{case_id}/hold until": Way(MACHINE, _triaged({"until": WORDS, "why": "x"}), 422),
    "/api/cases/{case_id}/duplicate ref": Way(HANDLER, _on_case({"ref": WORDS}), 422),
    **{f"/responders/{{responder_id}}/about {name}": Way(SENIOR, _about(name), 422) for name in OF_RECORD},
    "/responders name": Way(SENIOR, lambda _desk: ({}, NEWCOMER | {"name": WORDS}), 422),
    "/responders profession": Way(SENIOR, lambda _desk: ({}, NEWCOMER | {"profession": WORDS}), 422),
    "/responders/{responder_id}/leave why": Way(SENIOR, lambda _desk: ({"responder_id": 1}, WHY), 422),
    "/responders/{responder_id}/kept-away why": Way(
        SENIOR, lambda _desk: ({"responder_id": 1}, {"postcode": "LS8 2AB", **WHY}), 422
    ),
    "/staff-safety words": Way(
        SENIOR, lambda _desk: ({}, {"postcode": "LS8 2AB", "two": "always", **SAID}), 422
    ),
    "/api/shifts because": Way(MANAGER, lambda _desk: ({}, {**A_SHIFT, "because": WORDS}), 422),
    "/api/shifts/{shift_id}/sick why": Way(SENIOR, lambda _desk: ({"shift_id": 1}, WHY), 422),
    "/api/shifts/{shift_id}/remove why": Way(SENIOR, lambda _desk: ({"shift_id": 1}, WHY), 422),
    "/api/shifts/{shift_id}/swap because": Way(
        MANAGER, lambda _desk: ({"shift_id": 1}, {"to": 2, "because": WORDS}), 422
    ),
    "/api/cases/{case_id}/hold until": Way(HANDLER, _triaged({"until": WORDS, "why": "x"}), 422),
    **{
        f"/api/protocols/{act} because": Way(
            GOVERNANCE,
            lambda _desk: ({}, {"kind": "triage", "protocol": "fall-at-home", "because": WORDS}),
            status,
        )
        for act, status in (("stop", 422), ("release", 409))
    },
    "/api/protocols/propose why": Way(GOVERNANCE, lambda _desk: ({}, {"text": "priorities: []", **WHY}), 422),
    "/api/protocols/{sha256}/approve words": Way(
        GOVERNANCE, _a_version({"saw_changes": True, "saw_exceptions": True, **SAID}), 422
    ),
    "/api/protocols/{sha256}/comment words": Way(GOVERNANCE, _a_version(SAID), 422),
    "/api/protocols/{sha256}/start words": Way(GOVERNANCE, _a_version(SAID), 422),
    "/api/protocols/{sha256}/withdraw because": Way(GOVERNANCE, _a_version({"because": WORDS}), 422),
}
"""Words that look something up, or that are refused where they fit nothing."""

FROM_A_LIST = {
    "/tokens/{token_id}/keys key": "must be a public key",
    "/people/{person_id}/own-page phrase": "a slow hash of it is kept",
    "/own/in/{token} phrase": "compared with a hash",
    "/api/protocols/propose text": "must be a sound protocol, and is kept to the letter: its sha256 is the version",
    "/log-in name": "compared with names, and kept as a hash",
    "/log-in password": "compared with a hash",
    "/log-in next": "the page to go to",
    "/wall/pair code": "compared with hashes",
    "/phone/pin pin": "compared with a hash",
    "/phone/pin next": "the page to go to",
    "/my-phones/trust pin": "digits, of which a hash is kept",
    "/my-phones/trust next": "the page to go to",
    "/calls/{call_id}/answer question": "must be one of the protocol's",
    "/calls/{call_id}/answer answer": "must be one of the question's",
    "/api/assessments/{assessment_id}/answer question": "must be one of the protocol's",
    "/api/assessments/{assessment_id}/answer answer": "must be one of the question's",
    "/api/v1/assessments/{assessment_id}/answers question": "must be one of the protocol's",
    "/api/v1/assessments/{assessment_id}/answers answer": "must be one of the question's",
    "/api/calls/{call_id}/answer-note question": "must be one of the protocol's",
    "/api/cases/{case_id}/assessments protocol": "must be one in force",
    "/api/cases/{case_id}/refer service": "must be one of the house's",
    "/api/v1/cases/{case_id}/refer service": "must be one of the house's",
    "/api/cases/{case_id}/raise priority": "must be one of the house's",
    "/api/cases/{case_id}/lower priority": "must be one of the house's",
}
"""Fields that are words and yet not free: what is not on their list is refused."""
