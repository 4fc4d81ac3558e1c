"""Every protocol and version of the place: what stands of it, who answered for it, and what the prover said."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.frame import page, the_place
from hub.gate import Visitor, allow, hub_of
from triage.governance import deciding

router = APIRouter()
Reader = Annotated[Visitor, allow(*deciding.READERS)]


@router.get("/protocols")
def listed(request: Request, visitor: Reader) -> Response:
    raise NotImplementedError
