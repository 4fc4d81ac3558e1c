"""A responder's own page over HTTP: theirs alone, nobody named before a yes, each step where it is possible."""

import html
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from dashboard import demo
from demo_day.person import log_in
from dispatch.model import Offer, Responder
from hub import trusted_phones
from hub.access import LogIn
from hub.actors import HUB
from hub.audit import Audit
from hub.door_codes import cut
from hub.kept_apart import Apart
from records import dependants, key_safes
from records.alarms import Alarm
from records.dependants import Answer, Said, Whom
from records.model import Assessment, Call, Case, HandOver, Position
from records.people import service
from records.people.fact_model import FactKind
from records.people.model import SourceKind
from records.service import Due, owe, take
from tests.control_room import ControlRoom

PERSON = ("Maureen", "12 Oak Road", "9990000018")


class Visit:
    """One offer, and the responder who got it with a telephone in the hand."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.room = ControlRoom(folder, database_url)
        self.case = self.room.case()
        self.room.offer(self.case)
        with self.room.hub.db.read() as session:
            self.offer = session.exec(select(Offer)).one()
            self.name = session.get_one(Responder, self.offer.responder_id).name
        self.path = f"/o/{self.offer.code}"
        self.thumb = self.person(self.name)

    def person(self, name: str) -> httpx.Client:
        client = log_in(self.room.url, demo.log_in_of(name), demo.PASSWORD)
        client.headers["accept"] = "text/html"
        return client

    def looks(self) -> str:
        return self.thumb.get(self.path).text

    def does(self, what: str, status: int = 303, **form: str) -> httpx.Response:
        answer = self.thumb.post(f"{self.path}/{what}", data=form, follow_redirects=False)
        assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text}"
        return answer

    def position(self) -> Position:
        with self.room.hub.db.read() as session:
            return session.exec(select(Position)).one()


@pytest.fixture
def visit(tmp_path: Path, sqlite_url: str) -> Iterator[Visit]:
    made = Visit(tmp_path, sqlite_url)
    yield made
    made.room.close()


def test_nothing_of_the_person_before_a_yes_or_after_the_visit(visit: Visit) -> None:
    assert not [word for word in PERSON if word in visit.looks()]
    visit.does("answer", says="yes")
    assert "Maureen" in visit.looks()
    visit.does("step", event="finish")
    assert not [word for word in PERSON if word in visit.looks()]


def test_who_depends_on_them_and_what_is_still_to_be_asked(visit: Visit) -> None:
    """S20: after the yes alone, as everything else that was told."""

    def told(animals: Said) -> None:
        with visit.room.write() as session:
            now = visit.room.clock.now()
            case = take(session, visit.case, now)
            dependants.say(session, case, Whom.animals, now, HUB, said=animals, words="a dog in the kitchen")

    told(Said.yes)
    assert "dog" not in visit.looks()
    visit.does("answer", says="yes")
    page = visit.looks()
    assert "Animals: yes; a dog in the kitchen" in page
    assert (
        "Still to be asked:</b> Ask whether anybody depends on them; they have animals: who looks after"
        in page
    )
    with visit.room.write() as session:
        words, now = "the neighbour has the dog", visit.room.clock.now()
        dependants.answer(session, visit.case, Answer.looked_after, words, now, HUB)
    page = visit.looks()
    assert "the neighbour has the dog" in page
    assert "People: yes" not in page, "the dog was asked about, and nobody else"
    assert "Still to be asked:</b> Ask whether anybody depends on them." in page
    with visit.room.write() as session:
        dependants.answer(session, visit.case, Answer.nobody, "", now, HUB)
    assert "Still to be asked" not in visit.looks()


def test_what_their_record_knows_stands_there_and_what_it_does_not_is_named(visit: Visit) -> None:
    """S8: known is shown with its source; what nobody knows is named, and never taken for none."""
    visit.does("answer", says="yes")
    assert (
        "Not known to the hub:</b> allergies, care or emergency plans, past medical history" in visit.looks()
    )
    with visit.room.write() as session:
        case, now = session.get_one(Case, visit.case), visit.room.clock.now()
        case.person_name, case.born, case.nhs_number = "Maureen Doyle", date(1941, 7, 3), "9990000018"
        session.add(case)
        person = service.make(session, case.place, case.born, now, HUB)
        gp = service.Source(SourceKind.record, "GP record")
        service.add_fact(
            session, person, service.Said(FactKind.allergy, "penicillin", words="rash", source=gp), now, HUB
        )
        sealed = service.add_fact(
            session, person, service.Said(FactKind.plan, "ReSPECT", source=gp), now, HUB
        )
        service.seal(session, sealed, "the family", now, HUB)
        case.person_id = person.key
    assert "penicillin" not in visit.looks().lower(), "S14: nobody has read two back"
    with visit.room.write() as session:
        case = session.get_one(Case, visit.case)
        case.read_back = {"by": "Jay Osei", "at": now.isoformat(), "fields": ["person_name", "born"]}
        session.add(case)
    page = visit.looks()
    assert "Penicillin (rash) – GP record" in page
    assert "ReSPECT" not in page, "S18"
    assert "Not known to the hub:</b> care or emergency plans, past medical history" in page


def test_the_look_at_the_details_is_written_down_once(visit: Visit) -> None:
    visit.does("answer", says="yes")
    for _ in range(3):
        visit.looks()
    with visit.room.hub.db.read() as session:
        looks = [row.action for row in session.exec(select(Audit)) if row.subject.startswith("offer:")]
    assert looks == ["details_opened"]


def test_somebody_elses_link_says_nothing(visit: Visit) -> None:
    other = next(goes.name for goes in demo.RESPONDERS if goes.name != visit.name)
    for path in (visit.path, "/o/9ZZ9Z"):
        answer = visit.person(other).get(path)
        assert answer.status_code == 404
        assert "no offer of yours" in answer.text
    assert visit.person("Jay Osei").get(visit.path).status_code == 403


@pytest.mark.parametrize("code", ["x", "A" * 13, "4K7%00", "4K7'--"])
def test_a_link_that_is_none_is_refused_calmly(visit: Visit, code: str) -> None:
    assert visit.thumb.get(f"/o/{code}").status_code in (404, 422)


def test_step_by_step_and_only_what_is_possible(visit: Visit) -> None:
    assert "not yours" in visit.does("step", status=409, event="set_off").text
    visit.does("answer", says="yes")
    for event, state in (
        ("set_off", "en_route"),
        ("find_no_access", "no_access"),
        ("begin_care", "with_person"),
    ):
        visit.does("step", event=event)
        assert visit.position().state == state
    said = visit.does("late", status=409, minutes="20").text
    assert "before the door alone" in said
    assert "Maureen" in said, "the page stays where it is"
    visit.does("step", event="finish")
    assert "not be done now" in visit.does("step", status=409, event="arrive").text


def test_a_no_goes_on_to_the_next(visit: Visit) -> None:
    visit.does("answer", says="no")
    assert "You said no" in visit.looks()
    with visit.room.hub.db.read() as session:
        states = [offer.state.value for offer in session.exec(select(Offer).order_by(Offer.id))]  # type: ignore[arg-type]
    assert states == ["declined", "sent"]


def test_a_late_yes_counts_while_nobody_has_it(visit: Visit) -> None:
    with visit.room.write() as session:
        offer = session.get_one(Offer, visit.offer.key)
        offer.state = "expired"  # type: ignore[assignment]
        session.add(offer)
    assert "you can still say yes" in visit.looks()
    visit.does("answer", says="yes")
    assert visit.position().state == "accepted"


def test_handed_back_it_is_nobodys(visit: Visit) -> None:
    visit.does("answer", says="yes")
    visit.does("hand-back", why="car broke down")
    assert visit.position().responder_id is None
    assert "not yours any more" in visit.looks()


def test_danger_and_999_ring_at_once(visit: Visit) -> None:
    visit.does("answer", says="yes")
    visit.does("danger")
    visit.does("999")
    with visit.room.hub.db.read() as session:
        kinds = {alarm.kind for alarm in session.exec(select(Alarm))}
        asked = [row.dialled_by for row in session.exec(select(HandOver))]
    assert {"danger", "ambulance"} <= kinds
    assert asked == ["responder"]


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("answer", {"says": "maybe"}),
        ("answer", {}),
        ("step", {"event": "supersede"}),
        ("late", {"minutes": "0"}),
        ("late", {"minutes": "many"}),
        ("hand-back", {"why": "x" * 201}),
    ],
)
def test_a_form_that_is_wrong_changes_nothing(visit: Visit, what: str, form: dict[str, str]) -> None:
    visit.does("answer", says="yes")
    visit.does(what, status=422, **form)
    assert visit.position().state == "accepted"


def test_every_form_carries_its_proof(visit: Visit) -> None:
    del visit.thumb.headers["x-csrf-token"]
    visit.does("answer", status=403, says="yes")
    assert visit.looks().count('name="csrf" value="') == 3, "yes, no and log out"


def test_mine_lists_offers_and_then_the_visit(visit: Visit) -> None:
    assert visit.offer.code in visit.thumb.get("/mine").text
    visit.does("answer", says="yes")
    page = visit.thumb.get("/mine").text
    assert "You are on no visit" not in page
    assert "Nothing is offered" in page


def test_a_reused_code_reaches_nobody_after_90_days(visit: Visit) -> None:
    visit.room.clock.at += timedelta(days=91)
    assert visit.thumb.get(visit.path).status_code == 404


def test_only_a_remembered_phone_keeps_a_visit_and_only_while_it_is_theirs(visit: Visit) -> None:
    """S19, S24: the hub says with each page whether it may be kept; a page with a door's code never may."""
    visit.does("answer", says="yes")
    assert "FP-Keep" not in visit.thumb.get(visit.path).headers
    with visit.room.write() as session:
        for log_in_row in session.exec(select(LogIn)):
            lasts, machine = timedelta(hours=8), visit.room.clock.machine()
            trusted_phones.trust(session, log_in_row, "iPhone", "x", lasts, machine)
    seconds, mark = visit.thumb.get(visit.path).headers["FP-Keep"].split()
    assert 0 < int(seconds) <= 7200
    assert mark not in visit.looks(), "it proves nothing"
    with visit.room.write() as session:
        now, found = visit.room.clock.now(), cut("key safe 4592")
        key_safes.keep(session, take(session, visit.case, now), Apart(found.codes, found.had_marks), HUB, now)
    shown = visit.does("key-safe", status=200)
    assert "4592" in shown.text
    assert "FP-Keep" not in shown.headers
    visit.does("step", event="finish")
    assert "FP-Keep" not in visit.thumb.get(visit.path).headers


def test_what_was_asked_and_not_known_is_said(visit: Visit) -> None:
    """S7: unknown is never "no": whoever goes there reads the question, and only once it is theirs."""
    with visit.room.write() as session:
        library = visit.room.app.state.library
        row, now = session.exec(select(Assessment)).one(), visit.room.clock.now()
        protocol, asks = library.triage[row.protocol], library.house.first_minute[-1]
        row.protocol_sha256, row.house_sha256 = protocol.sha256, library.house.sha256
        asked, said = protocol.questions[0], protocol.questions[1]
        row.answers = {asked.id: "unknown", said.id: "no"}
        call = Call(
            place=row.place,
            case_id=row.case_id,
            opened_at=now,
            first_minute={asks.id: "unknown"},
            number=None,
        )
        owe(session, call, now, HUB, "Rang.", Due("call_unanswered", now + timedelta(minutes=1)))
    assert asked.ask not in visit.looks()
    visit.does("answer", says="yes")
    page = html.unescape(visit.looks())
    assert f"<li>{asks.ask}</li><li>{asked.ask}</li>" in page
    assert said.ask not in page
