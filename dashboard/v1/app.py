"""The JSON API put together: the operations, its problems, and its description for people and machines."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

from dashboard.frame import page
from dashboard.v1 import events
from dashboard.v1.assessments import assessments
from dashboard.v1.calls import calls
from dashboard.v1.cases import cases
from dashboard.v1.endings import endings
from dashboard.v1.offering import offering
from dashboard.v1.owed import owed
from dashboard.v1.problems import KINDS, Problem, answer_with
from dashboard.v1.visit_acts import acts
from dashboard.v1.visits import room
from hub.gate import everybody
from hub.tokens import MEANS

PATH = "/api/v1"
VERSION = "1.0"
ABOUT = (
    "What the screens of First Point can do, for other systems. Within v1 operations and fields are added, none is "
    "taken away and none changes its meaning."
)
KINDS_OF_OPERATIONS = (calls, assessments, cases, endings, owed, offering, acts, room)
OPEN = everybody("what the API can do is no secret: the code is open; nothing of a place is told")


def create_v1(house: FastAPI, most_bytes: int) -> FastAPI:
    """To be mounted at `PATH`. It shares the state of `house`."""
    app = FastAPI(
        title="First Point",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=most_bytes,
    )
    app.state = house.state
    for kind in KINDS_OF_OPERATIONS:
        app.include_router(kind.router)
    app.include_router(events.router)
    answer_with(app)
    app.add_api_route("/openapi.json", lambda: JSONResponse(described(app)), dependencies=[OPEN])
    app.add_api_route("/docs", _docs, dependencies=[OPEN])
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; made once."""
    if app.openapi_schema is None:
        routes = [
            route for route in app.routes if getattr(route, "path", "") not in ("/openapi.json", "/docs")
        ]
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=ABOUT,
            routes=routes,
            servers=[{"url": PATH}],
        )
        parts = made["components"]
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "fp_…"}}
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        parts["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        app.openapi_schema = made
    return app.openapi_schema


def _docs(request: Request) -> Response:
    """A list of the operations on a page of our own: nothing is loaded from elsewhere."""
    made = described(request.app)
    listed = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
    ]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for operation in listed:
        kinds.setdefault(operation["tags"][0], []).append(operation)
    problems = [(status, kind, title) for status, (kind, title) in KINDS.items()]
    return page(
        request,
        "api_docs.html",
        about=ABOUT,
        kinds=kinds,
        schemas=made["components"]["schemas"],
        problems=problems,
        means=MEANS.items(),
        server=PATH,
    )
