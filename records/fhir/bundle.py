"""One write as a transaction: all of it is taken, or none. Sent twice it is the same as sent once. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from records.fhir.resources import provenance, resources_of
from records.fhir.written import Resource, Written

NEVER_CHANGED = ("Patient",)
_NAMESPACE = uuid.UUID("6f7d1a52-3c6b-4a39-9f2e-0f6f5d0f3a11")


def bundle_of(told: Written) -> Resource:
    made = resources_of(told)
    urls = {name: _full_url(name) for name, _ in made}
    entries = [_entry(told, urls[name], pointing(resource, urls)) for name, resource in made]
    targets = [urls[name] for name, resource in made if resource["resourceType"] not in NEVER_CHANGED]
    return _transaction(told, entries, targets, write_tag(told.base, told.number))


def in_error_of(told: Written, found: Sequence[Resource]) -> Resource:
    """What went out was about somebody else (S14): each of them as the record holds it now, and marked."""
    entries = []
    for resource in found:
        kind, version = f"{resource['resourceType']}/{resource['id']}", resource["meta"]["versionId"]
        marked = {**resource, "status": "entered-in-error"}
        entries.append(
            {"resource": marked, "request": {"method": "PUT", "url": kind, "ifMatch": f'W/"{version}"'}}
        )
    targets = [f"{resource['resourceType']}/{resource['id']}" for resource in found]
    return _transaction(told, entries, targets, write_tag(told.base, told.number, in_error=True))


def write_tag(base: str, number: int, *, in_error: bool = False) -> Resource:
    """By which a second attempt finds that the first got through. Provenance has no identifier in R4."""
    return {"system": f"{base}/id/write", "code": f"{number}-in-error" if in_error else str(number)}


def key_of(resource: Mapping[str, Any]) -> str:
    """`Encounter|system|value`: how a resource of ours is known, whatever number a server gives it."""
    said = resource["identifier"]
    ours = said[0] if isinstance(said, list) else said
    return f"{resource['resourceType']}|{ours['system']}|{ours['value']}"


def question(key: str) -> str:
    """The search that finds it."""
    kind, system, value = key.split("|")
    return f"{kind}?identifier={system}|{value}"


def _transaction(told: Written, entries: list[Resource], targets: list[str], tag: Resource) -> Resource:
    if targets:
        of_write = {
            "fullUrl": _full_url(f"{tag['system']}/{tag['code']}"),
            "resource": provenance(told, targets, tag),
            "request": {
                "method": "POST",
                "url": "Provenance",
                "ifNoneExist": f"_tag={tag['system']}|{tag['code']}",
            },
        }
        entries = [*entries, of_write]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(told: Written, url: str, resource: Resource) -> Resource:
    """Created where it is not there; put in the place of the very version that we know of, where we know one."""
    kind, key = resource["resourceType"], key_of(resource)
    search = question(key)
    if kind in NEVER_CHANGED:
        request = {"method": "POST", "url": kind, "ifNoneExist": search.split("?")[1]}
        return {"fullUrl": url, "resource": resource, "request": request}
    if not (known := told.versions.get(key)):
        return {"fullUrl": url, "resource": resource, "request": {"method": "PUT", "url": search}}
    number, version = known.split("/")
    there = {**resource, "id": number}
    request = {"method": "PUT", "url": f"{kind}/{number}", "ifMatch": f'W/"{version}"'}
    return {"fullUrl": url, "resource": there, "request": request}


def _full_url(name: str) -> str:
    return uuid.uuid5(_NAMESPACE, name).urn


def pointing(value: Any, urls: Mapping[str, str]) -> Any:
    """References between the resources, by the names that the bundle gives them."""
    if isinstance(value, dict):
        return {
            key: urls.get(one, one) if key == "reference" and isinstance(one, str) else pointing(one, urls)
            for key, one in value.items()
        }
    return [pointing(one, urls) for one in value] if isinstance(value, list) else value
