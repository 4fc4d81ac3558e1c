"""`/ServiceRequest`, one address for two: a number names what the hub asks for by its own triage, anything else a
referral as its sender knows it. A search by a machine that sends referrals is for its own; any other is for the hub's.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.bars.routes import one_referral, own_referrals
from dashboard.fhir.reading import Form, Said, keep_look_at, one, search
from dashboard.fhir.serving import answer
from hub.fhir_gate import Held, RequestsReader, must_open
from hub.gate import TokenTooNarrow, hub_of
from hub.tokens import Scope

router = APIRouter()
KIND = "ServiceRequest"


def _must_have(held: Held, scope: Scope) -> None:
    if scope not in held.machine.scopes:
        raise TokenTooNarrow(scope)


@router.post(f"/{KIND}/_search")
def requests_by_post(request: Request, held: RequestsReader, said: Form) -> Response:
    return _search(request, held, said)


@router.get(f"/{KIND}")
def requests(request: Request, held: RequestsReader) -> Response:
    return _search(request, held, request.query_params.multi_items())


def _search(request: Request, held: Held, said: Said) -> Response:
    if Scope.referrals_read in held.machine.scopes:
        must_open(held, KIND, "s")
        return answer(own_referrals(hub_of(request), held.machine, dict(said)))
    return search(request, held, KIND, said)


@router.get(f"/{KIND}/{{number}}")
def one_request(request: Request, number: str, held: RequestsReader) -> Response:
    if not (number.isascii() and number.isdigit()):
        _must_have(held, Scope.referrals_read)
        must_open(held, KIND, "r")
        return answer(one_referral(hub_of(request), held.machine, number))
    _must_have(held, Scope.cases_read)
    found = one(request, held, KIND, number)
    keep_look_at(request, held, found)
    return answer(found)
