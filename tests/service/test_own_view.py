"""A person's own page: how they get in and others do not (S17), what it shows, and that nothing sealed leaves a trace
(S18)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub import asking
from hub.access import User
from hub.audit import Audit
from hub.deadlines import Deadline
from hub.gate import COOKIE as STAFF_COOKIE
from hub.outbox import Effect
from records import consents, sealing
from records.alarms import Alarm
from records.consent_model import Purpose
from records.contact_points import Safe
from records.model import Case, Outcome, Timeline
from records.own import corrections
from records.own.accesses import WRONG_LIMIT
from records.own.log_ins import MOST_CODES, MOST_OF_NUMBER, TRIES
from records.own.model import Correction, OwnAccess, OwnAsk
from records.own.written import MOST_IN_A_DAY
from records.people.fact_model import Fact
from records.people.model import PersonNumber
from tests.desk import Desk
from tests.own_view import (
    BORN,
    HTML,
    NHS,
    NUMBER,
    PHRASE,
    agrees,
    asks,
    browser,
    code_of,
    codes_to,
    enters,
    has_number,
    is_safe,
    logged_in,
    opens,
    proof,
    texts_to,
    with_page,
)
from tests.people import fact, rung

DAUGHTER = "+447700900322"
PAGES = (
    "/own/home", "/own/visits", "/own/about", "/own/health", "/own/plans", "/own/looked", "/own/consent",
    "/own/corrections", "/own/delegates", "/own/download", "/own/download/page", "/own/download/fhir",
)  # fmt: skip


def is_in(client: TestClient) -> bool:
    return bool(client.get("/own/home", headers=HTML).status_code == 200)


# --- the way in -------------------------------------------------------------------------------------------------------


def test_s17_a_link_a_code_and_a_phrase_open_it(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    client = browser(desk)
    assert client.get("/own/home", headers=HTML).headers["location"] == "/own/log-in", (
        "nobody was there before"
    )
    assert asks(desk, client).headers["location"] == "/own/sent"
    assert desk.rows(OwnAsk) == [], "what was typed is written nowhere any more"
    (text,) = texts_to(desk)
    assert not re.search(r"(?i)maureen|doyle|health|nhs|care|visit|record", text.split("/own/")[1])
    link, code = code_of(text)
    assert "type" in opens(client, link)
    assert enters(client, link, code).status_code == 303
    assert "Maureen Doyle" in opens(client, "/own/home")
    assert "logged in to your page" in texts_to(desk)[-1]
    assert enters(browser(desk), link, code).status_code == 401, "a code works once"
    client.headers["x-csrf-token"] = "0" * 64
    assert client.post("/own/log-out").status_code == 403, "no form without its proof"


def test_nobody_learns_whether_somebody_is_known(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    told = []
    for given, born in (
        (NHS, BORN),
        ("943 476 5919", BORN),
        (NUMBER, {**BORN, "year": "1942"}),
        ("0113 4960999", BORN),
    ):
        client = browser(desk)
        answer = client.post("/own/log-in", data={"given": given, **born}, headers=HTML)
        told.append((answer.status_code, answer.headers["location"], answer.text))
    assert len(set(told)) == 1
    with desk.hub.db.read() as session:
        asked = session.exec(select(Effect).where(Effect.kind == "own_ask")).all()
    assert len(asked) == 4, "the same work for everybody"
    known, unknown = browser(desk), browser(desk)
    asks(desk, known)
    link, _ = code_of(texts_to(desk)[-1])
    nowhere = "/own/in/AAAAAAAAAAAAAAAA"
    pages = [opens(unknown, at).replace(at, "") for at in (link, nowhere)]
    assert pages[0] == pages[1], "a link that there never was looks the same"
    wrong = [enters(unknown, at, "000000").text.replace(at, "") for at in (link, nowhere)]
    assert wrong[0] == wrong[1]


@pytest.mark.parametrize(
    "change", ["wrong phrase", "wrong code", "expired", "not safe", "not theirs", "ended", "died"]
)
def test_s17_what_has_changed_since_the_text_lets_nobody_in(sqlite_desk: Desk, change: str) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    client = browser(desk)
    asks(desk, client)
    link, code = code_of(texts_to(desk)[-1])
    phrase = PHRASE
    if change == "wrong phrase":
        phrase = "the green gate at Mablethorpe"
    elif change == "wrong code":
        code = f"{(int(code) + 1) % 1_000_000:06}"
    elif change == "expired":
        desk.clock.machine_ahead += timedelta(minutes=16)
    elif change == "not safe":
        is_safe(desk, NUMBER, Safe.not_known)
    elif change == "not theirs":
        number = next(row for row in _numbers(desk) if row.number == NUMBER)
        desk.does(f"/api/people/rows/number/{number.key}/in-error", {"why": "her neighbour's"})
    elif change == "ended":
        _end(desk, person)
    else:
        with desk.hub.db.write() as session:
            row = session.exec(select(Case).where(Case.person_id == person)).one()
            row.outcome = Outcome.died
            session.add(row)
    assert enters(client, link, code, phrase).status_code == 401
    assert not is_in(client)


def _numbers(desk: Desk) -> list[Any]:
    return desk.rows(PersonNumber)


def _end(desk: Desk, person: int) -> None:
    who = desk.rows(OwnAccess)[0].key_word
    assert desk.jay.post(f"/people/{person}/own-page/end", data={"who": who}).status_code == 303


def test_guessing_is_bounded_in_every_way(sqlite_desk: Desk) -> None:
    """Tries of one code; codes of one person; asks of one number; and wrong phrases until it is locked."""
    desk = sqlite_desk
    person = with_page(desk)
    client = browser(desk)
    for _ in range(MOST_CODES + 1):
        assert asks(desk, client).status_code == 303
    codes = [code_of(text) for text in codes_to(desk)]
    assert len(codes) == MOST_CODES, "no more codes than that in an hour"
    assert MOST_OF_NUMBER == MOST_CODES + 1
    assert asks(desk, client).status_code == 429
    assert enters(client, codes[-1][0], codes[-2][1]).status_code == 401, "the code of another link"
    for _ in range(TRIES):
        enters(client, codes[-1][0], codes[-1][1], "wrong and wrong again")
    assert enters(client, *codes[-1]).status_code == 401, "right, and too late"
    with desk.hub.db.write() as session:
        row = session.exec(select(OwnAccess)).one()
        assert 0 < row.wrong < WRONG_LIMIT
        row.wrong = WRONG_LIMIT
        session.add(row)
    desk.clock.machine_ahead += timedelta(hours=2)
    asks(desk, client)
    assert len(codes_to(desk)) == MOST_CODES, "locked: no more texts"
    desk.jay = desk.person("Jay Osei")
    assert "locked" in opens(desk.jay, f"/people/{person}/own-page")
    agrees(desk, person, kind="person", number=NUMBER)
    asks(desk, client)
    assert len(codes_to(desk)) == MOST_CODES + 1


def test_a_page_is_agreed_with_a_safe_number_and_a_phrase_that_nobody_guesses(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    has_number(desk, person, DAUGHTER)
    is_safe(desk, DAUGHTER, Safe.not_known)
    for refused in (
        {"kind": "person", "number": DAUGHTER},
        {"kind": "person", "number": "+447700900399"},
        {"kind": "person", "number": NUMBER, "phrase": "Rex"},
        {"kind": "person", "number": NUMBER, "phrase": "03 07 1941 12"},
        {"kind": "person", "number": NUMBER, "how": ""},
        {"kind": "carer", "number": DAUGHTER, "name": "Anna"},
        {"kind": "carer", "number": DAUGHTER, "name": "", "safe": "true"},
    ):
        assert "error" in agrees(desk, person, 422, **refused).text
    (access,) = desk.rows(OwnAccess)
    assert "gate" not in access.phrase_hash


def test_a_cookie_of_theirs_opens_nothing_of_the_hub_and_the_reverse(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    client = logged_in(desk)
    own = client.cookies["fp_own"]
    for path in (f"/people/{person}", "/board", "/audit", "/corrections"):
        thief = browser(desk)
        thief.cookies.set(STAFF_COOKIE, own)
        thief.cookies.set("fp_own", own)
        assert thief.get(path).status_code == 401
    staff = browser(desk)
    staff.cookies.set("fp_own", desk.jay.cookies[STAFF_COOKIE])
    assert staff.get("/own/home").status_code == 401
    assert desk.jay.get("/own/home").status_code == 401


def test_a_log_in_ends_by_itself_everywhere_and_with_the_safety_of_the_number(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    one, other = logged_in(desk), logged_in(desk)
    assert one.post("/own/log-out").status_code == 303
    assert not is_in(one)
    assert is_in(other)
    third = logged_in(desk)
    assert third.post("/own/log-out-everywhere").status_code == 303
    assert not is_in(other)
    last = logged_in(desk)
    is_safe(desk, NUMBER, Safe.no)
    assert not is_in(last), "S17: whoever marked it so may have meant the one who is reading"
    is_safe(desk, NUMBER)
    assert is_in(last)
    desk.clock.machine_ahead += timedelta(minutes=16)
    assert not is_in(last)


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["sealed", "marked"])
def test_s18_nothing_sealed_leaves_a_trace(sqlite_desk: Desk, how: str) -> None:
    """Every page is the same to the letter as before there was anything sealed, or marked for safeguarding (S17): a
    case, what was said in it, a fact, a note, consent, and who looked because of it."""
    desk = sqlite_desk
    person = with_page(desk)
    fact(desk, person, kind="allergy", about="penicillin")
    fact(desk, person, kind="plan", about="ReSPECT", value="stay at home")
    _, shown = rung(desk, person_name="Maureen Doyle", born="3/7/1941", nhs_number=NHS)
    assert _case(desk, shown).person_id == person
    client = logged_in(desk)
    before = [opens(client, path) for path in PAGES]
    before = [opens(client, path) for path in PAGES]  # their own look at each is kept once
    _, case = rung(
        desk, person_name="Maureen Doyle", born="3/7/1941", nhs_number=NHS, address="1 Refuge Lane"
    )
    assert _case(desk, case).person_id == person
    secret = fact(desk, person, kind="condition", about="bruises", case=case)
    alone = fact(desk, person, kind="plan", about="ReSPECT", value="leave him", words="a plan to leave")
    femi, ref = desk.person("Femi Ade"), _case(desk, case).ref
    desk.does(f"/api/cases/{case}/note", {"words": "she is afraid"})
    consent = {"purpose": "research", "said": "agreed", "how": "by phone"}
    assert desk.jay.post(f"/cases/{case}/consent", data=consent).status_code == 303
    with desk.hub.db.write() as session:
        mina = session.exec(select(User).where(User.name == "Mina Patel")).one()
        if how == "sealed":
            sealing.seal(session, case, "she is afraid of him", desk.clock.now(), mina.actor)
        else:
            session.get_one(Case, case).safeguarding = True
    assert (
        femi.post(f"/api/people/facts/{alone}/seal", json={"why": "her husband reads along"}).status_code
        == 200
    )
    for who in (femi, desk.person("Priya Nair")):
        who.get(f"/cases/{case}", headers=HTML)
        who.get(f"/cases/{case}/consent", headers=HTML)
    with desk.hub.db.write() as session:
        note = Audit(
            place=desk.place,
            at=desk.clock.now(),
            actor="user:1",
            action="person_opened",
            subject=f"person:{person}",
            why=f"open case {ref}",
        )
        session.add(note)
    after = [_without_own_copies(opens(client, path)) for path in PAGES]
    for path, was, now in zip(PAGES, before, after, strict=True):
        assert _without_own_copies(was) == now, path
    assert secret
    with desk.hub.db.read() as session:
        assert asking.who() is None
        assert session.exec(select(Fact).where(Fact.about == "bruises")).all()
        assert session.exec(select(Timeline).where(Timeline.case_id == case)).all()


def _without_own_copies(page: str) -> str:
    """Each copy that they take of their page is a look of their own: those are not what is compared."""
    return re.sub(
        r"(?s)<li>\s*<p class=\"source\">[^<]*</p>\s*<p class=\"what\">You: took a copy.*?</li>", "", page
    )


def _case(desk: Desk, case_id: int) -> Case:
    found: Case = next(case for case in desk.rows(Case) if case.key == case_id)
    return found


def test_what_is_held_in_plain_words_and_what_is_not(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    fact(desk, person, kind="allergy", about="penicillin", source="GP record")
    fact(desk, person, kind="staff_safety", about="dog", words="the dog bites")
    fact(desk, person, kind="at_risk", about="end of life")
    fact(desk, person, kind="condition", about="drinks", source_kind="carer", source="her son Tom")
    gone = fact(desk, person, kind="condition", about="somebody else's heart")
    desk.does(f"/api/people/rows/fact/{gone}/in-error", {"why": "another Doyle"})
    client = logged_in(desk)
    every = "\n".join(opens(client, path) for path in PAGES)
    assert "penicillin" in opens(client, "/own/health")
    assert "From GP record" in opens(client, "/own/health")
    assert "told us something different" not in opens(client, "/own/health")
    fact(desk, person, kind="allergy", about="penicillin", source="Hospital", says="absent", words="tested")
    fact(desk, person, kind="frailty", about="rockwood", value="6", source="GP record")
    apart = opens(client, "/own/health")
    assert apart.count("Somebody else has told us something different. Tell us which is right.") == 2
    assert "How well you manage, from 1 (very well) to 9: 6" in apart
    about = opens(client, "/own/about")
    assert "12 Oak Road" in about
    assert "ends in 311" in about
    assert "Text: safe" in about
    for never in ("bites", "end of life", "drinks", "Tom", "heart"):
        assert never not in every, never
    bundle = client.get("/own/download/fhir").json()
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds[:2] == ["Patient", "Encounter"]
    assert "AllergyIntolerance" in kinds
    assert {entry["resource"].get("subject", {}).get("reference") for entry in bundle["entry"][1:2]} == {
        bundle["entry"][0]["fullUrl"]
    }


def test_who_looked_and_why(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    desk.jay.get(f"/people/{person}", headers=HTML)
    mina = desk.person("Priya Nair")
    mina.get(f"/cases/{desk.rows(Case)[0].key}", headers=HTML)
    client = logged_in(desk)
    looked = " ".join(opens(client, "/own/looked").split())
    assert "Jay, call handler: opened your record." in looked
    assert "They were on the phone about you." in looked
    assert "Priya, coordinator: opened a case of yours." in looked
    assert "Osei" not in looked
    assert "Nair" not in looked


def test_plans_in_their_own_words_reach_whoever_takes_the_next_call(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    client = logged_in(desk)
    first = {"words": "Ring my daughter first.", "seen_at": ""}
    assert client.post("/own/plans", data=first).status_code == 303
    assert client.post("/own/plans", data=first).status_code == 422, "somebody has written since"
    stamp = re.search(r'name="seen_at" value="([^"]+)"', opens(client, "/own/plans"))[1]  # type: ignore[index]
    desk.clock.at += timedelta(minutes=1)
    second = {"words": "Ring my daughter first. The dog goes to number 14.", "seen_at": stamp}
    assert client.post("/own/plans", data=second).status_code == 303
    page = opens(client, "/own/plans")
    assert page.index("The dog goes to number 14.</p>") < page.index(
        '<p class="words">Ring my daughter first.</p>'
    )
    staff = opens(desk.jay, f"/people/{person}")
    assert "The dog goes to number 14" in staff
    assert "the person" in staff
    call, _ = rung(desk, person_name="Maureen Doyle", born="3/7/1941", nhs_number=NHS)
    known = opens(desk.jay, f"/calls/{call}/known")
    assert "In their own words: Ring my daughter first. The dog goes to number 14." in known
    assert "Maureen Doyle ·" in known, "with whose words they are, and how old"
    code = {"words": "key safe 4711 at the back", "seen_at": ""}
    answer = client.post("/own/plans", data=code)
    assert answer.status_code == 422, "S19"
    assert "4711" not in answer.text


def test_consent_is_given_and_taken_back_as_they_say_it(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    client = logged_in(desk)
    for said in ("agreed", "taken_back", "taken_back", "objected"):
        form = {"purpose": "research", "said": said}
        assert client.post("/own/consent", data=form).status_code == 303
    assert client.post("/own/consent", data={"purpose": "carer", "said": "agreed"}).status_code == 422
    named = {"purpose": "carer", "said": "agreed", "with_whom": "Anna"}
    assert client.post("/own/consent", data=named).status_code == 303
    assert "May we tell Anna how you are?" in opens(client, "/own/consent")
    staff = opens(desk.jay, f"/cases/{desk.rows(Case)[0].key}/consent")
    assert "on their own page, in their own words" in staff


def test_consent_holds_in_each_case_of_theirs_whatever_it_goes_by(sqlite_desk: Desk) -> None:
    """The newest case came without an NHS number: what they say counts in the one before as well."""
    desk = sqlite_desk
    person = with_page(desk)
    first = desk.rows(Case)[0].key
    _, newest = rung(desk, person_name="Maureen Doyle", born="3/7/1941")
    with desk.hub.db.write() as session:
        session.get_one(Case, newest).person_id = person
    client = logged_in(desk)
    for said in ("agreed", "objected"):
        assert client.post("/own/consent", data={"purpose": "direct_care", "said": said}).status_code == 303
        with desk.hub.db.read() as session:
            now = [
                consents.newest(session, session.get_one(Case, one), Purpose.direct_care)
                for one in (first, newest)
            ]
        assert [one.said if one else None for one in now] == [said, said]
    assert opens(client, "/own/consent").count("You said no.") == 1


def test_what_they_write_crowds_out_nothing_that_stands(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S8: however often they write, no allergy and no warning leaves a screen; and in one day there is an end."""
    desk = sqlite_desk
    person = with_page(desk)
    fact(desk, person, kind="allergy", about="penicillin")
    fact(desk, person, kind="staff_safety", about="dog", words="the dog bites")
    client, stamp = logged_in(desk), ""
    for number in range(MOST_IN_A_DAY):
        form = {"words": f"plan {number}", "seen_at": stamp}
        assert client.post("/own/plans", data=form).status_code == 303
        stamp = re.search(r'name="seen_at" value="([^"]+)"', opens(client, "/own/plans"))[1]  # type: ignore[index]
        desk.clock.at += timedelta(seconds=1)
    again = client.post("/own/plans", data={"words": "once more", "seen_at": stamp})
    assert again.status_code == 422
    assert "many times today" in again.text
    for said in ("agreed", "objected") * 5:
        answer = client.post("/own/consent", data={"purpose": "research", "said": said})
        desk.clock.at += timedelta(seconds=1)
    assert answer.status_code == 422
    monkeypatch.setattr("records.people.store.rows.__defaults__", (4,))
    staff = opens(desk.jay, f"/people/{person}")
    for stands in ("penicillin", "the dog bites", f"plan {MOST_IN_A_DAY - 1}"):
        assert stands in staff
    assert "penicillin" in opens(client, "/own/health")


def test_a_correction_is_answered_within_a_month_and_wakes_somebody(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with_page(desk)
    client = logged_in(desk)
    asked = {"about": "health", "words": "I am not allergic to penicillin."}
    assert client.post("/own/corrections", data=asked).status_code == 303
    (row,) = desk.rows(Correction)
    nora = desk.person("Nora Quinn")
    assert "not allergic" in opens(nora, "/corrections")
    desk.clock.at = row.answer_by - timedelta(days=6)
    (due,) = [one for one in desk.rows(Deadline) if one.kind == "correction_due"]
    assert due.due_at <= desk.clock.at
    with desk.hub.db.write() as session:
        corrections.nag(session, due.subject, desk.clock.now())
    assert [one.kind for one in _ringing(desk)].count("correction_late") == 1
    answer = {"answered": "put_right", "words": "You are right: it was another person's."}
    assert nora.post(f"/corrections/{row.key}", data={**answer, "words": ""}).status_code == 422
    assert nora.post(f"/corrections/{row.key}", data=answer).status_code == 303
    assert nora.post(f"/corrections/{row.key}", data=answer).status_code == 409
    assert [one.kind for one in _ringing(desk)].count("correction_late") == 0
    assert "an answer for you" in texts_to(desk)[-1]
    assert "it was another person" in opens(logged_in(desk), "/own/corrections")


def _ringing(desk: Desk) -> list[Any]:
    return [one for one in desk.rows(Alarm) if one.state == "ringing"]


# --- whom they trust --------------------------------------------------------------------------------------------------


def test_a_delegate_sees_what_was_agreed_and_each_look_is_seen(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    fact(desk, person, kind="allergy", about="penicillin")
    trusted: dict[str, Any] = {
        "kind": "carer",
        "name": "Anna Doyle",
        "relation": "daughter",
        "number": DAUGHTER,
        "safe": "true",
    }
    agrees(desk, person, **trusted, phrase="a tin of blue buttons")
    client = browser(desk)
    asks(desk, client, DAUGHTER)
    link, code = code_of(texts_to(desk, DAUGHTER)[-1])
    assert codes_to(desk) == [], "her number, and her phrase"
    assert enters(client, link, code).status_code == 401, "the person's own phrase is not hers"
    assert enters(client, link, code, "a tin of blue buttons").status_code == 303
    shut = {"/own/health", "/own/about", "/own/looked", "/own/consent", "/own/corrections", "/own/delegates"}
    for path in PAGES:
        status = 404 if path in shut or "download" in path else 200
        assert client.get(path, headers=HTML).status_code == status, path
    assert "penicillin" not in opens(client, "/own/plans")
    me = logged_in(desk)
    assert "Anna Doyle, daughter: opened this page." in " ".join(opens(me, "/own/looked").split())
    who = next(one for one in desk.rows(OwnAccess) if one.name == "Anna Doyle")
    assert me.post("/own/delegates", data={"who": who.key_word}).status_code == 303
    assert not is_in(client)
    assert client.post("/own/plans", data={"words": "x", "seen_at": ""}).status_code == 401


def test_an_attorney_speaks_for_them_and_is_ended_by_the_hub(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person = with_page(desk)
    agrees(
        desk, person, kind="attorney", name="Paul Doyle", number=DAUGHTER, safe="true", how="LPA seen, page 3",
        phrase="a tin of blue buttons",
    )  # fmt: skip
    client = browser(desk)
    asks(desk, client, DAUGHTER)
    link, code = code_of(texts_to(desk, DAUGHTER)[-1])
    assert enters(client, link, code, "A tin of BLUE buttons!").status_code == 303
    assert "12 Oak Road" in opens(client, "/own/about")
    opens(client, "/own/delegates", 404)
    me = logged_in(desk)
    for who_says, words in ((me, "Paul takes my money."), (client, "She did not fall.")):
        proof(who_says)
        assert who_says.post("/own/corrections", data={"about": "", "words": words}).status_code == 303
    assert "my money" in opens(me, "/own/corrections")
    assert "my money" not in opens(client, "/own/corrections")
    assert "did not fall" in opens(client, "/own/corrections")
    assert "Others who can read what you write here: Paul Doyle." in opens(me, "/own/plans")
    assert me.post("/own/plans", data={"words": "Never ring Paul.", "seen_at": ""}).status_code == 303
    stamp = re.search(r'name="seen_at" value="([^"]+)"', opens(client, "/own/plans"))[1]  # type: ignore[index]
    assert client.post("/own/plans", data={"words": "Ring me first.", "seen_at": stamp}).status_code == 303
    assert "Never ring Paul" not in opens(client, "/own/plans"), (
        "what was written before is the person's alone"
    )
    assert "Never ring Paul" in opens(me, "/own/plans")
    assert client.post("/own/consent", data={"purpose": "research", "said": "agreed"}).status_code == 303
    case = desk.rows(Case)[0].key
    assert "on their page, by Paul Doyle (attorney)" in opens(desk.jay, f"/cases/{case}/consent")
    call, _ = rung(desk, person_name="Maureen Doyle", born="3/7/1941", nhs_number=NHS)
    known = opens(desk.jay, f"/calls/{call}/known")
    assert "Written for them by Paul Doyle (attorney): Ring me first." in known
    who = next(one for one in desk.rows(OwnAccess) if one.name == "Paul Doyle")
    assert desk.jay.post(f"/people/{person}/own-page/end", data={"who": who.key_word}).status_code == 303
    assert not is_in(client)


def test_the_language_and_the_size_are_kept_on_the_phone(sqlite_desk: Desk) -> None:
    client = browser(sqlite_desk)
    for form in ({"language": "cy"}, {"size": "3"}):
        answer = client.post("/own/words", data={**form, "back": "/own/log-in"})
        assert answer.headers["location"] == "/own/log-in"
    page = opens(client, "/own/log-in")
    assert '<html lang="cy" dir="ltr" class="size-3">' in page
    assert "Dyddiad geni" in page
    assert client.post("/own/words", data={"back": "https://elsewhere.example"}).status_code == 422
