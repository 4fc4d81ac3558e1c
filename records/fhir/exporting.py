"""An export, slice by slice: asked for, gone on with, given, ended. S18: what is sealed is in none, whoever asks."""

import json
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, update
from sqlmodel import Session, col, select

from hub import asking, audit, outbox
from hub.actors import Actor
from hub.assemble import Hub
from hub.errors import Conflict, NotFound
from hub.outbox import LIVING, Effect, EffectState, Queue
from hub.tokens import ApiToken, Machine, Scope
from records.consent_model import Consent, Purpose, Said
from records.fhir import pseudonyms
from records.fhir.export_model import Export, ExportPart, ExportStage
from records.fhir.kinds import PAGES, Face, Narrow
from records.fhir.written import Resource
from records.model import Case
from records.people import store as people_store

KEPT_FOR = timedelta(days=1)
ROWS = 200
"""Of one slice: a second or so, so that nothing else in the queue waits for long."""
LISTED = 50
NO_EXPORT = "There is no such export, or it is over. Ask for a new one."


def ask(
    session: Session,
    machine: Machine,
    kinds: Sequence[str],
    since: datetime | None,
    asked: str,
    now: datetime,
) -> Export:
    """Raises `Conflict` while another of this machine is being made."""
    running = select(Export).where(Export.token_id == machine.token, Export.stage == ExportStage.running)
    if (before := session.exec(running).first()) is not None:
        if not has_failed(session, before):
            raise Conflict("An export of yours is being made. Wait for it, or delete it.")
        end(session, before, now, machine.actor)
    export = Export(
        uid=str(uuid.uuid4()),
        place=machine.place,
        token_id=machine.token,
        by_name=machine.name,
        named=Scope.export_named in machine.scopes,
        kinds=list(kinds),
        since=since,
        asked=asked[:400],
        asked_at=now,
        kind=kinds[0],
    )
    session.add(export)
    session.flush()
    _owe(session, export, now)
    words = f"{'with names' if export.named else 'under pseudonyms'}: {', '.join(kinds)}"
    audit.note(session, export.place, now, machine.actor, "export_asked", f"export:{export.key}", words)
    return export


def _owe(session: Session, export: Export, now: datetime) -> None:
    effect = Effect(
        place=export.place,
        queue=Queue.reports,
        kind="fhir_export",
        payload={"export": export.key},
        created_at=now,
    )
    export.effect_id = outbox.append(session, effect)
    session.add(export)


def one(session: Session, machine: Machine, uid: str, now: datetime) -> Export:
    """Its own, while it is to be had. Raises `NotFound`."""
    found = session.exec(select(Export).where(Export.uid == uid)).first()
    if found is None or found.token_id != machine.token or found.stage is ExportStage.over:
        raise NotFound(NO_EXPORT)
    if found.done_at is not None and found.done_at + KEPT_FOR <= now:
        raise NotFound(NO_EXPORT)
    return found


def has_failed(session: Session, export: Export) -> bool:
    """Also where it was given up as an effect."""
    effect = session.get(Effect, export.effect_id) if export.effect_id else None
    given_up = effect is not None and effect.state in (EffectState.parked, EffectState.void)
    return export.stage is ExportStage.failed or (export.stage is ExportStage.running and given_up)


def go_on(hub: Hub, face: Face, effect: Effect) -> None:
    """One slice, and the next is owed; settles the effect. Killed in between, the slice is made anew."""
    now = hub.clock.now()
    with hub.db.read() as session:
        export = session.get_one(Export, int(effect.payload["export"]))
        token = session.get_one(ApiToken, export.token_id)
        holds = token.holds(hub.clock.machine())
        lines: list[Resource] = []
        after: int | None = None
        if holds and export.stage is ExportStage.running:
            lines, after = _slice(session, hub, face, export)
    hub.db.write_again(lambda session: _keep(session, export, effect, lines, after, now, holds=holds))


def _slice(session: Session, hub: Hub, face: Face, export: Export) -> tuple[list[Resource], int | None]:
    """The resources, and the row that the next slice begins with; None where this was the last of its kind."""
    shown = replace(face, words=export.named)
    narrow = Narrow(first=export.first, since=export.since)
    with asking.asks(None, {Scope.export_pseudonyms}):
        made = PAGES[export.kind](session, shown, narrow, ROWS)
        out = _said_no(session, export)
    found = [resource for _, resources in made for resource in resources if not out & _about(resource)]
    if not export.named:
        key = pseudonyms.key_of(hub.settings.secret_key.get_secret_value(), export.place, export.by_name)
        found = [pseudonyms.hidden(resource, key) for resource in found]
    return found, made[-1][0] + 1 if len(made) == ROWS else None


def _about(resource: Resource) -> set[str]:
    """The case and the person that it is about."""
    pointed = (resource.get(name, {}).get("reference", "") for name in ("encounter", "subject", "for"))
    kind = "Encounter" if resource["resourceType"] == "ServiceRequest" else resource["resourceType"]
    return {f"{kind}/{resource['id']}", *pointed}


def _said_no(session: Session, export: Export) -> frozenset[str]:
    """Under pseudonyms: whoever has said no to research. With names: whoever has said no to this receiver. What one
    has said all have who turned out to be the same."""
    purpose, whom = (Purpose.sharing, export.by_name) if export.named else (Purpose.research, "")
    said = select(Consent).where(
        Consent.place == export.place, Consent.purpose == purpose, Consent.with_whom == whom
    )
    newest = {one.person: one.said for one in session.exec(said.order_by(col(Consent.id)))}
    no = {person.partition(":") for person, word in newest.items() if word is Said.objected}
    numbers = {value for kind, _, value in no if kind == "nhs"}
    ids = {int(value) for kind, _, value in no if kind == "case"}
    if not no:
        return frozenset()
    theirs = select(Case).where(
        Case.place == export.place, col(Case.nhs_number).in_(numbers) | col(Case.id).in_(ids)
    )
    named = {case.person_id for case in session.exec(theirs) if case.person_id is not None}
    people = people_store.everybody(session, named)
    of_people = select(Case.id).where(col(Case.person_id).in_(people))
    cases = {case.key for case in session.exec(theirs)} | set(session.exec(of_people))
    return frozenset({f"Encounter/{one}" for one in cases} | {f"Patient/{one}" for one in people})


def _keep(
    session: Session,
    before: Export,
    effect: Effect,
    lines: list[Resource],
    after: int | None,
    now: datetime,
    *,
    holds: bool,
) -> None:
    if not outbox.settle(session, effect, now, {"lines": len(lines)}):
        return
    export = session.get_one(Export, before.key, with_for_update=True)
    if (export.stage, export.kind, export.first) != (ExportStage.running, before.kind, before.first):
        return
    if not holds:
        export.stage, export.done_at = ExportStage.failed, now
        session.add(export)
        return
    if lines:
        body = "".join(f"{json.dumps(one, separators=(',', ':'))}\n" for one in lines)
        packed = zlib.compress(body.encode())
        session.add(ExportPart(export_id=export.key, kind=export.kind, first=export.first, body=packed))
        export.counts = {**export.counts, export.kind: export.counts.get(export.kind, 0) + len(lines)}
    rest = export.kinds[export.kinds.index(export.kind) + 1 :]
    if after is not None:
        export.first = after
    elif rest:
        export.kind, export.first = rest[0], 0
    else:
        export.stage, export.done_at = ExportStage.done, now
        session.add(export)
        return
    _owe(session, export, now)


def part_ids(session: Session, export: Export, kind: str) -> list[int]:
    found = select(ExportPart.id).where(ExportPart.export_id == export.key, ExportPart.kind == kind)
    return [number for number in session.exec(found.order_by(col(ExportPart.first))) if number is not None]


def lines_of(hub: Hub, parts: Sequence[int]) -> Iterator[bytes]:
    """One part in memory at a time, and no connection between two."""
    for number in parts:
        with hub.db.read() as session:
            part = session.get(ExportPart, number)
            if part is None:
                return
            body = part.body
        yield zlib.decompress(body)


def end(session: Session, export: Export, now: datetime, actor: Actor) -> None:
    """Nothing of it is to be had from now on."""
    row = session.get_one(Export, export.key, with_for_update=True)
    row.stage, row.done_at = ExportStage.over, row.done_at or now
    session.add(row)
    session.execute(delete(ExportPart).where(col(ExportPart.export_id) == row.key))
    audit.note(session, row.place, now, actor, "export_deleted", f"export:{row.key}")


def end_all(session: Session, place: str, now: datetime) -> None:
    """Somebody was sealed or erased, who may be in what was made before: it is asked for anew."""
    theirs = Export.place == place, col(Export.stage).in_((ExportStage.running, ExportStage.done))
    _over(session, *theirs, done_at=func.coalesce(col(Export.done_at), now))


def any_old(session: Session, now: datetime) -> bool:
    return session.exec(select(Export.id).where(*_old(now)).limit(1)).first() is not None


def forget_old(session: Session, now: datetime) -> None:
    """The parts of what was done a day ago, or given up; that there was an export stays."""
    _over(session, *_old(now))


def _over(session: Session, *which: Any, **values: Any) -> None:
    """Their parts first, which belong to them."""
    session.execute(delete(ExportPart).where(col(ExportPart.export_id).in_(select(Export.id).where(*which))))
    over = update(Export).where(*which).values(stage=ExportStage.over, **values)
    session.execute(over.execution_options(synchronize_session=False))


def _old(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    goes_on = exists().where(col(Effect.id) == col(Export.effect_id), col(Effect.state).in_(LIVING))
    given_up = and_(col(Export.stage) == ExportStage.running, col(Export.asked_at) < now - KEPT_FOR, ~goes_on)
    return col(Export.stage) != ExportStage.over, or_(col(Export.done_at) < now - KEPT_FOR, given_up)


def listed(session: Session, place: str) -> list[Export]:
    """The newest first."""
    found = select(Export).where(Export.place == place)
    return list(session.exec(found.order_by(col(Export.id).desc()).limit(LISTED)))
