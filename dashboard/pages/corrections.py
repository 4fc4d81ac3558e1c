"""What people say is wrong of what is held of them: answered by the privacy lead within a month, and read by the person
on their own page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from dispatch import own_texts, texts
from hub import kept_apart
from hub.access import Role
from hub.bodies import Number as RowNumber
from hub.bodies import Text
from hub.errors import Conflict, Refused
from hub.gate import Visitor, allow, hub_of
from records.looks import keep_look
from records.own import accesses, corrections, log_ins
from records.own.model import Answered, OwnAccess

router = APIRouter()
Lead = Annotated[Visitor, allow(Role.privacy)]
WORDS = {
    Answered.put_right: "put right",
    Answered.partly: "partly put right",
    Answered.not_changed: "not changed",
}


@router.get("/corrections")
def queue(request: Request, visitor: Lead) -> Response:
    return _queue(request, visitor)


@router.post("/corrections/{number}")
def answer(
    request: Request,
    number: RowNumber,
    visitor: Lead,
    answered: Annotated[Answered, Form()],
    words: Annotated[Text, Form(max_length=1000)] = "",
) -> Response:
    hub, place, user, now = hub_of(request), the_place(request), visitor.user, hub_of(request).clock.now()
    try:
        with hub.db.write() as session:
            done = corrections.answer(session, place.id, number, answered, words, now, user)
            access = session.get_one(OwnAccess, done.access_id)
            if accesses.is_usable(session, access, log_ins.record_of(session, access)):
                told = texts.own_answered(place.public_number)
                own_texts.text(session, access, told, now, own_texts.A_DAY)
    except (Refused, Conflict) as refused:
        kept_apart.is_over()  # nothing was saved, so nothing is dropped
        return _queue(request, visitor, number, str(refused), refused.status)
    return RedirectResponse("/corrections", 303)


def _queue(
    request: Request, visitor: Visitor, tried: int = 0, problem: str = "", status: int = 200
) -> Response:
    """`problem`: why what was said of number `tried` was not taken."""
    hub, place = hub_of(request), the_place(request)
    keep_look(hub, visitor.user, "looked at corrections", f"place:{place.id}")
    with hub.db.read() as session:
        waiting, done = corrections.waiting(session, place.id), corrections.answered(session, place.id)
    late = {one.key for one in waiting if one.answer_by - corrections.WARN_BEFORE <= hub.clock.now()}
    return page(
        request,
        "corrections.html",
        visitor,
        status=status,
        waiting=waiting,
        done=done,
        late=late,
        words=WORDS,
        day=lambda at: f"{local(at, place):%d/%m/%Y}",
        tried=tried,
        problem=problem,
    )
