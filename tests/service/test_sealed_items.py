"""S18: one note or text of a case is sealed: no gap, no count, nothing in the timeline for who may not see it."""

from sqlmodel import Session

from dispatch.model import Direction, Message
from hub.actors import HUB
from hub.audit import Audit
from hub.tokens import Scope
from records.model import Case, Task, TaskKind, Timeline
from records.sealed_items import Kind, SealedItem
from records.service import Due, owe
from tests.desk import Desk
from tests.machines import Machine

WHY = "his brother reads over his shoulder"
SECRET, PLAIN = "She says that her son hits her.", "The bell is broken."


def case_with_notes(desk: Desk) -> tuple[str, int]:
    """The way to a case with two notes, and which of its lines is to be sealed."""
    case = desk.does("/api/calls/new")["case"]
    for words in (SECRET, PLAIN):
        desk.does(f"/api/cases/{case}/note", {"words": words})
    (line,) = [one for one in desk.rows(Timeline) if one.words == SECRET]
    return f"/api/cases/{case}", line.id


def test_s18_a_sealed_note_is_silently_absent(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    path, line = case_with_notes(desk)
    case = int(path.rpartition("/")[2])
    amara, ruth, mina = (desk.person(name) for name in ("Amara Obi", "Ruth Adeyemi", "Mina Patel"))
    narrow = Machine(desk, [Scope.cases_read])
    before = len(narrow.gets(f"/cases/{case}")["timeline"])
    lines = len(desk.rows(Timeline))
    assert amara.post(f"{path}/notes/{line}/seal", json={"why": " "}).status_code == 422
    assert amara.post(f"{path}/notes/{line}/seal", json={"why": WHY}).status_code == 200
    assert amara.post(f"{path}/notes/{line}/seal", json={"why": WHY}).status_code == 409
    assert len(desk.rows(Timeline)) == lines, "the timeline does not say that something was sealed"
    for reader in (ruth, mina):
        said = reader.get(f"/cases/{case}/panel").text
        assert PLAIN in said
        assert "sealed" not in said
        assert "hits her" not in said
    seen = narrow.gets(f"/cases/{case}")
    assert (len(seen["timeline"]), SECRET in str(seen)) == (before - 1, False)
    assert SECRET in str(Machine(desk).gets(f"/cases/{case}")), "whose token says so sees it"
    mine, hers = desk.jay.get(f"/cases/{case}/panel").text, amara.get(f"/cases/{case}/panel").text
    assert "hits her" in mine, "who is on its call sees it"
    assert WHY not in mine, "and not why"
    assert WHY in hers
    assert [one.subject for one in desk.rows(Audit) if one.action == "item_sealed"] == [f"case:{case}"]
    assert amara.post(f"{path}/notes/{line}/unseal", json={}).status_code == 200
    assert amara.post(f"{path}/notes/{line}/unseal", json={}).status_code == 409
    assert "hits her" in ruth.get(f"/cases/{case}/panel").text
    (kept,) = desk.rows(SealedItem)
    assert (kept.kind, kept.why, kept.ended_by_name) == (Kind.note, WHY, "Amara Obi")


def test_s18_only_a_clinician_or_a_manager_seals_and_only_what_is_of_the_case(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    path, line = case_with_notes(desk)
    other = desk.does("/api/calls/new")["case"]
    amara = desk.person("Amara Obi")
    for name in ("Jay Osei", "Priya Nair", "Ruth Adeyemi"):
        for way in (f"notes/{line}", "texts/1"):
            refused = desk.person(name).post(f"{path}/{way}/seal", json={"why": WHY})
            assert refused.status_code == 403, name
    assert amara.post(f"/api/cases/{other}/notes/{line}/seal", json={"why": WHY}).status_code == 404
    assert amara.post(f"{path}/texts/999/seal", json={"why": WHY}).status_code == 404
    opened = next(one.id for one in desk.rows(Timeline) if one.event == "opened")
    assert amara.post(f"{path}/notes/{opened}/seal", json={"why": WHY}).status_code == 422
    assert desk.rows(SealedItem) == []


def test_s18_a_sealed_text_is_in_no_thread_and_in_no_list_of_messages(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    path, _ = case_with_notes(desk)
    case = int(path.rpartition("/")[2])
    with desk.hub.db.write() as session:
        text = _text(session, desk, case)
    amara, mina = desk.person("Amara Obi"), desk.person("Mina Patel")
    waits = amara.post(f"{path}/texts/{text}/seal", json={"why": WHY})
    assert "waits for an answer" in waits.json()["problem"]
    desk.does(f"/api/tasks/{desk.rows(Task)[-1].key}/done", {"words": "Read."})
    assert amara.post(f"{path}/texts/{text}/seal", json={"why": WHY}).status_code == 200
    page = {"accept": "text/html"}
    for said in (
        mina.get(f"/cases/{case}/panel").text,
        mina.get("/messages", headers=page).text,
        mina.post("/messages", data={"said": "hits", "csrf": mina.headers["x-csrf-token"]}).text,
        str(Machine(desk, [Scope.cases_read]).gets(f"/cases/{case}")),
    ):
        assert "hits her again" not in said
    assert mina.post(f"/api/messages/{text}/reply", json={"body": "ok"}).status_code == 404
    for said in (amara.get(f"/cases/{case}/panel").text, amara.get("/messages", headers=page).text):
        assert "hits her again" in said
    assert amara.post(f"{path}/texts/{text}/unseal", json={}).status_code == 200
    assert "hits her again" in mina.get("/messages", headers=page).text


def _text(session: Session, desk: Desk, case_id: int) -> int:
    """A text that somebody is to read."""
    case, now = session.get_one(Case, case_id), desk.clock.now()
    message = Message(
        place=case.place,
        direction=Direction.in_,
        phone="+447700900123",
        body="he hits her again",
        at=now,
        case_id=case_id,
        read_as="human",
    )
    session.add(message)
    session.flush()
    task = Task(
        place=case.place,
        opened_at=now,
        case_id=case_id,
        kind=TaskKind.unread_reply,
        words="A text to read.",
        message_id=message.id,
    )
    owe(session, task, now, HUB, task.words, Due("task", now))
    return message.key
