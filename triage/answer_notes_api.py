"""A note on an answer, over HTTP: only translates."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from hub.bodies import Body, Number, Text
from hub.errors import NotFound
from hub.gate import hub_of
from records.model import Assessment, Call
from records.store import row
from triage import answer_notes
from triage.api import QuestionId, Taker, library_of
from triage.typed_bodies import EntryId

router = APIRouter()


class AnswerNoteBody(Body):
    id: EntryId | None = None
    assessment: Annotated[int, Field(ge=1, le=2**31 - 1)]
    question: QuestionId
    words: Annotated[Text, Field(max_length=400)]


@router.post("/calls/{call_id}/answer-note")
def note_on_answer(request: Request, call_id: Number, body: AnswerNoteBody, visitor: Taker) -> dict[str, Any]:
    hub, actor = hub_of(request), visitor.user.actor
    now = hub.clock.now()
    with hub.db.write() as session:
        call = row(session, Call, call_id, visitor.user.place)
        found = row(session, Assessment, body.assessment, visitor.user.place)
        if call.case_id != found.case_id:
            raise NotFound("There is no such assessment on this call.")
        library = library_of(request)
        answer_notes.keep(session, library, found, body.question, body.words, now, actor, body.id)
    return {"saved_at": now, "question": body.question, "words": body.words.strip()}
