"""A page of the own view: in the reader's language and size of words, without a script."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from dashboard.frame import environment, local, the_place
from dashboard.own.gate import Theirs
from dashboard.own.words import Words, in_language, languages
from hub.gate import hub_of

LANGUAGE, SIZE = "fp_own_language", "fp_own_size"
SIZES = ("1", "2", "3")


def words_of(request: Request) -> Words:
    return in_language(request.cookies.get(LANGUAGE, ""))


def own_page(
    request: Request, template: str, me: Theirs | None = None, status: int = 200, **facts: Any
) -> HTMLResponse:
    place, words = the_place(request), words_of(request)
    size = request.cookies.get(SIZE, "")
    html = environment.get_template(f"own/{template}").render(
        w=words,
        languages=languages(),
        sizes=SIZES,
        size=size if size in SIZES else "1",
        me=me,
        csrf=me.csrf if me else "",
        place=place,
        path=request.url.path,
        now=local(hub_of(request).clock.now(), place),
        local=lambda at: local(at, place),
        **facts,
    )
    return HTMLResponse(html, status)
