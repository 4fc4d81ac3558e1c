"""The FastAPI application of the training network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from phones.model import Refusal
from phones.network import Network
from phones.page_api import page_routes
from phones.problems import TwilioProblem
from phones.resources import VERSION
from phones.settings import PhonesSettings
from phones.signing import authorised
from phones.twilio_api import call_routes, message_routes

THREADS = 200  # a hanging answer and a long poll each hold one


def create_app(settings: PhonesSettings) -> FastAPI:
    if not settings.token:
        raise ValueError("The training phones need an auth token: set FP_PHONES_TOKEN.")
    network = Network(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        network.start()
        try:
            yield
        finally:
            await to_thread.run_sync(network.stop)

    def authenticate(request: Request) -> None:
        header = request.headers.get("authorization", "")
        if not authorised(header, settings.account_sid, settings.token):
            raise TwilioProblem(20003)

    app = FastAPI(
        title="First Point training phones",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # it would be the one address without authentication
        lifespan=lifespan,
        dependencies=[Depends(authenticate)],
    )
    app.include_router(message_routes(network))
    app.include_router(call_routes(network))
    app.include_router(page_routes(network))
    _explain_errors(app)
    return app


def _explain_errors(app: FastAPI) -> None:
    """Twilio's routes answer errors as Twilio does; the phones' own with one plain sentence."""

    @app.exception_handler(TwilioProblem)
    def problem(_: Request, error: TwilioProblem) -> JSONResponse:
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else None
        return JSONResponse(error.body(), status_code=error.status, headers=headers)

    @app.exception_handler(Refusal)
    def refusal(_: Request, error: Refusal) -> JSONResponse:
        return JSONResponse({"detail": error.sentence}, status_code=error.status)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if request.url.path.startswith(f"/{VERSION}/"):
            return problem(request, TwilioProblem(20001, _sentence(error)))
        return JSONResponse({"detail": _sentence(error)}, status_code=422)

    @app.exception_handler(HTTPException)
    def unknown(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404 and request.url.path.startswith(f"/{VERSION}/"):
            return problem(request, TwilioProblem(20404, request.url.path[:200]))
        return JSONResponse({"detail": str(error.detail)}, status_code=error.status_code)


def _sentence(error: RequestValidationError) -> str:
    parts = []
    for one in error.errors()[:3]:
        where = ".".join(str(step) for step in one["loc"][1:]) or "the body"
        parts.append(f"{where}: {one['msg']}")
    return "; ".join(parts) + "."
