"""One write to one server: asked whether it is there already, sent, and sent again over what somebody else changed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from records.fhir.bundle import NEVER_CHANGED, bundle_of, in_error_of, key_of, question, write_tag
from records.fhir.leaving import mark
from records.fhir.written import NHS_NUMBER, Written
from records.milestones import Milestone
from workers.fhir import Asking, Fault, FhirClient, RecordError

Result = dict[str, Any]
"""Kept with the effect: no one's number or name, only where the server put what is ours."""
TIMES = 3
_WHERE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?$")
_ETAG = re.compile(r'^(?:W/)?"([A-Za-z0-9\-.]{1,64})"$')


@dataclass(frozen=True)
class Before:
    """What earlier writes of the case left at the server: `number/version` by key, empty where it must be asked for;
    whose record they went to (a mark, not a number); and which telling of the case this is."""

    versions: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None
    times: int = 1


def before(results: Iterable[Result | None]) -> Before:
    """From what the earlier effects were settled with, oldest first. Pure."""
    found = Before()
    for result in results:
        if result and result.get("in_error"):
            found = Before(times=found.times + 1)
        if result and "versions" in result:
            known = {**found.versions, **result["versions"]}
            found = replace(found, versions=known, person=result.get("person") or found.person)
    return found


def send(client: FhirClient, told: Written, before: Before, *, second: bool) -> Result:
    """Returns what is kept of it. Raises `RecordError`."""
    asking = client.within()
    if Milestone.entered_in_error in told.milestones:
        _mark_in_error(asking, told, before)
        return {"in_error": True}
    person = mark(told.case.nhs_number or "") if told.named else None
    moved = before.person is not None and person != before.person
    if moved:  # S14: what went out stands in somebody else's record
        _mark_in_error(asking, told, before)
        told = replace(told, versions={}, times=before.times + 1)
    bundle = bundle_of(told)
    if second and _is_there(asking, told, in_error=False):
        keys = [key_of(entry["resource"]) for entry in bundle["entry"][:-1]]
        versions = {key: "" for key in keys if key.split("|")[0] not in NEVER_CHANGED}
    else:
        versions = _sent(asking, told, bundle)
    return {"versions": versions, "person": person, **({"in_error": True} if moved else {})}


def _sent(asking: Asking, told: Written, bundle: dict[str, Any]) -> dict[str, str]:
    for again in range(TIMES):
        try:
            said = asking.transaction(bundle)
        except RecordError as error:
            if error.fault is not Fault.changed or again == TIMES - 1:
                raise _later(error) from None
            bundle = bundle_of(replace(told, versions=_read_again(asking, told, bundle)))
            continue
        pairs = zip(bundle["entry"][:-1], said[:-1], strict=True)
        return {
            key_of(entry["resource"]): _version(answer)
            for entry, answer in pairs
            if entry["resource"]["resourceType"] not in NEVER_CHANGED
        }
    raise AssertionError("TIMES must be at least 1")


def _later(error: RecordError) -> RecordError:
    """It is changed there faster than we can read it: not now."""
    return RecordError(Fault.later, str(error), error.status) if error.fault is Fault.changed else error


def _is_there(asking: Asking, told: Written, *, in_error: bool) -> bool:
    tag = write_tag(told.base, told.number, in_error=in_error)
    return bool(_found(asking, f"Provenance?_tag={tag['system']}|{tag['code']}"))


def _read_again(asking: Asking, told: Written, bundle: Mapping[str, Any]) -> dict[str, str]:
    """The versions as they are now. Raises `RecordError` where the server holds one of them twice: nobody can say which
    is meant."""
    versions = {}
    if told.named:
        _one(_found(asking, f"Patient?identifier={NHS_NUMBER}|{told.case.nhs_number}"), "this person")
    for entry in bundle["entry"][:-1]:
        resource = entry["resource"]
        if resource["resourceType"] not in NEVER_CHANGED:
            key = key_of(resource)
            there = _one(_found(asking, question(key)), f"one {resource['resourceType']} of ours")
            versions[key] = f"{there['id']}/{there['meta']['versionId']}" if there else ""
    return versions


def _one(found: list[dict[str, Any]], what: str) -> dict[str, Any] | None:
    if len(found) > 1:
        raise RecordError(Fault.refused, f"it holds {what} more than once; they must join them there first")
    return found[0] if found else None


def _mark_in_error(asking: Asking, told: Written, before: Before) -> None:
    """Each as the record holds it now; what is marked already is left as it is."""
    for again in range(TIMES):
        held = [one for key in before.versions for one in _found(asking, question(key))]
        left = [one for one in held if one.get("status") != "entered-in-error"]
        if not left:
            return
        try:
            asking.transaction(in_error_of(told, left))
            return
        except RecordError as error:
            if error.fault is not Fault.changed or again == TIMES - 1:
                raise _later(error) from None


def _found(asking: Asking, search: str) -> list[dict[str, Any]]:
    """What matches, of the right kind; a search may bring notes of the server's own with it."""
    kind = search.split("?")[0]
    said = asking.get(search)
    if said.get("resourceType") != "Bundle":
        raise RecordError(Fault.later, "its answer could not be read")
    resources = [entry.get("resource") or {} for entry in said.get("entry") or []]
    found = [one for one in resources if one.get("resourceType") == kind]
    if any("id" not in one or "versionId" not in (one.get("meta") or {}) for one in found):
        raise RecordError(Fault.later, "its answer could not be read")
    return found


def _version(answer: Mapping[str, Any]) -> str:
    """`number/version` as one entry of the answer says it: by its ETag, its location, or the resource that it gives."""
    response = answer.get("response") or {}
    where = _WHERE.search(str(response.get("location", "")))
    etag = _ETAG.match(str(response.get("etag", "")))
    given = ((answer.get("resource") or {}).get("meta") or {}).get("versionId")
    version = etag[1] if etag else ((where[3] if where else None) or given)
    return f"{where[2]}/{version}" if where and version else ""
