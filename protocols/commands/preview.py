"""`preview`: a page beside the editor that shows a protocol as it is written, checked anew each time it is saved.

It listens on this machine alone and has no log-in: it shows one file that its author has open anyway.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware

from hub.errors import Refused
from protocols.checking import Checker, house_of
from protocols.commands import LIBRARY, names_house, report, say
from protocols.explanation import explain
from protocols.faults import ProtocolError
from protocols.flow.sheet import sheet
from protocols.flow.svg import svg
from protocols.loader import load_house, load_triage
from protocols.model import Answer, House, Question, TriageProtocol
from protocols.proof.findings import said_of
from protocols.proof.kept import KeptProofs

PAGE = Path(__file__).parents[1] / "preview"
LOOK_EVERY_S = 0.1
WAIT_S = 25.0
"""So long a page waits for the next look before it asks again."""
HOSTS = ["127.0.0.1", "localhost"]
"""No page of elsewhere may ask through a name of its own."""


def add_commands(commands: Any) -> None:
    preview = commands.add_parser(
        "preview",
        help="a page that shows a protocol as it is saved",
        description="Open the page beside your editor: it checks and proves the file each time it is saved, "
        "shows its flow sheet, and answers a call on it.",
    )
    preview.add_argument("file", type=Path, help="the protocol that is being written")
    preview.add_argument("--port", type=int, default=8600)
    names_house(preview)
    preview.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    say(f"http://127.0.0.1:{chosen.port} shows {chosen.file}; Ctrl-C ends it")
    app = create_app(Looked(chosen.file, house_of(chosen.file, chosen.house, LIBRARY)))
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning", timeout_graceful_shutdown=1)
    return 0


@dataclass
class Looked:
    """What the last look at the file and its house found; `nth` counts the looks."""

    file: Path
    house: Path
    nth: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""
    protocol: tuple[TriageProtocol, House] | None = None
    _stamp: object = None
    _again: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def watch(self) -> None:
        while True:
            stamp = await asyncio.to_thread(self._stamps)
            if stamp != self._stamp:
                self._stamp = stamp
                await asyncio.to_thread(self._look)
                async with self._again:
                    self.nth += 1
                    self._again.notify_all()
            await asyncio.sleep(LOOK_EVERY_S)

    async def after(self, seen: int) -> dict[str, Any]:
        """The first look after the one that was seen, or that one again when nothing is saved for a while."""
        try:
            async with asyncio.timeout(WAIT_S), self._again:
                await self._again.wait_for(lambda: self.nth > seen)
        except TimeoutError:
            pass
        return {"nth": self.nth} | self.told

    def _stamps(self) -> list[tuple[int, int] | None]:
        found: list[tuple[int, int] | None] = []
        for path in (self.file, self.house):
            try:
                about = path.stat()
            except OSError:  # an editor that saves beside the file and then moves it there
                found.append(None)
            else:
                found.append((about.st_mtime_ns, about.st_size))
        return found

    def _look(self) -> None:
        [checked] = Checker(KeptProofs(None), LIBRARY, self.house).check([self.file])
        self.told, self.sheet, self.protocol = report.told(checked), "", None
        try:
            house = load_house(self.house)
            protocol = load_triage(self.file, house)
        except ProtocolError:  # said already; a ladder has no sheet
            return
        self.sheet, self.protocol = svg(sheet(protocol, house)), (protocol, house)
        self.told["title"] = f"{protocol.title}, version {protocol.version}"
        self.told["questions"] = [_question(one) for one in protocol.questions]


class Call(BaseModel):
    answers: dict[str, Answer]


def create_app(looked: Looked) -> FastAPI:
    @asynccontextmanager
    async def watching(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(looked.watch())
        yield
        task.cancel()

    app = FastAPI(lifespan=watching, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)

    @app.middleware("http")
    async def strict(request: Request, call_next: Any) -> Response:
        answer: Response = await call_next(request)
        answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.get("/checked")
    async def checked(seen: int = 0) -> dict[str, Any]:
        return await looked.after(seen)

    @app.get("/sheet.svg")
    def drawn() -> Response:
        return Response(looked.sheet, media_type="image/svg+xml")

    @app.post("/call")
    def call(said: Call) -> Response:
        if looked.protocol is None:
            return JSONResponse({"problem": "The file cannot be read as a protocol just now."}, 409)
        try:
            return JSONResponse(_explained(*looked.protocol, said.answers))
        except Refused as refused:
            return JSONResponse({"problem": str(refused)}, 422)

    for path, name in (("/", "index.html"), ("/preview.css", "preview.css"), ("/preview.js", "preview.js")):
        app.add_api_route(path, lambda name=name: FileResponse(PAGE / name), response_class=FileResponse)
    return app


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "ask": question.ask,
        "unit": question.unit,
        "answers": [[answer, said_of(question, answer)] for answer in question.answers],
    }


def _explained(protocol: TriageProtocol, house: House, answers: Mapping[str, Answer]) -> dict[str, Any]:
    told = explain(protocol, house, answers)
    return {
        "label": told.label,
        "title": told.title,
        "rules": list(told.rules),
        "because": [leaf.words for leaf in told.because],
        "would": [{"title": one.title, "changes": list(one.changes)} for one in told.would],
        "remaining": told.remaining,
    }
