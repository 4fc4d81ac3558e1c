"""What other systems have at the FHIR door: exports, and whom they have told of changes. An administrator ends them."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub.access import Role
from hub.bodies import Number
from hub.errors import NotFound
from hub.gate import Visitor, allow, hub_of
from records.fhir import exporting, subscribing
from records.fhir.export_model import Export, ExportStage
from records.fhir.subscription_model import Subscription

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.administrator, Role.manager)]
Maker = Annotated[Visitor, allow(Role.administrator)]


@router.get("/connections")
def connections(request: Request, visitor: Keeper) -> Response:
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        exports = exporting.listed(session, place.id)
        given_up = {one.key for one in exports if exporting.has_failed(session, one)}
        subscriptions = subscribing.of_place(session, place.id)
        waiting = subscribing.waiting(session, subscriptions)
    return page(
        request,
        "connections.html",
        visitor,
        exports=[(one, "failed" if one.key in given_up else str(one.stage)) for one in exports],
        subscriptions=[(one, waiting.get(one.key, 0)) for one in subscriptions],
        makes=visitor.user.has(Role.administrator),
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
        most=(exporting.LISTED, subscribing.LISTED),
    )


@router.post("/connections/exports/{export_id}/end")
def end_export(request: Request, export_id: Number, visitor: Maker) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        export = session.get(Export, export_id)
        if export is None or export.place != user.place:
            raise NotFound("There is no such export in this place.")
        if export.stage is not ExportStage.over:
            exporting.end(session, export, hub.clock.now(), user.actor)
    return RedirectResponse("/connections", 303)


@router.post("/connections/subscriptions/{subscription_id}/end")
def end_subscription(request: Request, subscription_id: Number, visitor: Maker) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        row = session.get(Subscription, subscription_id)
        if row is None or row.place != user.place:
            raise NotFound("There is no such subscription in this place.")
        subscribing.end(session, row, hub.clock.now(), user.actor)
    return RedirectResponse("/connections", 303)
