"""Who a referral is about, where they are, and whom to ring, as far as it is said. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from records.fhir.shapes import (
    Resource,
    code,
    codes,
    extensions,
    first,
    number,
    objects,
    said,
    things,
    value_of,
    words,
)
from triage.bars.bundle import Parts
from triage.bars.told import told_of

NHS = ("nhs-number", "2.16.840.1.113883.2.1.4.1")
VERIFIED = frozenset({"number-present-and-verified", "01"})
"""As the standard says it, and as England's own code system does."""
ONESELF = frozenset({"oneself", "self", "onself"})
ADDRESS_PARTS = ("line", "city", "district", "state")
BRITAIN = ((49.0, 61.5), (-9.0, 2.5))
"""From and to in latitude, and in longitude."""


@dataclass(frozen=True)
class Person:
    """`nhs_number` as it came, good or not."""

    name: str = ""
    nhs_number: str = ""
    is_verified: bool = False
    born: str = ""
    gender: str = ""
    numbers: tuple[str, ...] = ()
    home: str = ""
    home_postcode: str = ""
    language: str = ""


@dataclass(frozen=True)
class Contact:
    """Somebody near them who can be rung."""

    name: str
    relation: str
    numbers: tuple[str, ...]
    is_self: bool = False


@dataclass(frozen=True)
class Spot:
    """Where they are now (S15)."""

    address: str = ""
    postcode: str = ""
    uprn: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.address or self.postcode or self.uprn or self.latitude is not None)

    def in_words(self) -> str:
        """For a case: an address, or what leads there without one."""
        led = [f"UPRN {self.uprn}" if self.uprn else ""]
        if self.latitude is not None:
            led.append(f"{self.latitude:.5f}, {self.longitude:.5f}")
        return self.address or "; ".join(part for part in led if part)


def person_of(patient: Resource, warnings: list[str]) -> Person:
    nhs_number, is_verified = _nhs_number(patient)
    if not nhs_number:
        warnings.append("No NHS number came.")
    elif not is_verified:
        warnings.append("The sender has not verified the NHS number.")
    if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime"):
        warnings.append("They are recorded as having died: ask before anybody rings them.")
    home, postcode = address_of(_preferred(patient.get("address"), "home"))
    return Person(
        name=_name(patient),
        nhs_number=nhs_number,
        is_verified=is_verified,
        born=_born(patient),
        gender=words(patient.get("gender"), 20),
        numbers=numbers_of(patient),
        home=home,
        home_postcode=postcode,
        language=_language(patient),
    )


def _nhs_number(patient: Resource) -> tuple[str, bool]:
    for one in objects(patient.get("identifier")):
        value = words(one.get("value"), 30)
        if value and any(name in words(one.get("system")).lower() for name in NHS):
            status = {code(value_of(inner)) for _, inner in extensions(one)}
            return value, bool(VERIFIED & status)
    return "", False


def _born(patient: Resource) -> str:
    """A day, whatever time came with it."""
    text = words(patient.get("birthDate"), 30)
    whole = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(T.*)?", text)
    return f"{whole[1]}-{whole[2]}-{whole[3]}" if whole else text


def _preferred(value: object, use: str) -> Resource:
    """What holds before what has an end, and before what is old."""
    found = sorted(objects(value), key=lambda one: (_is_old(one), _has_end(one)))
    found = [one for one in found if not _is_old(one)] or found
    return next((one for one in found if words(one.get("use")) == use), next(iter(found), {}))


def _is_old(one: Resource) -> bool:
    return words(one.get("use")).lower() == "old"


def _has_end(one: Resource) -> bool:
    """It may be over, or only planned to be: it comes after the others."""
    return bool(first(one.get("period")).get("end"))


def _name(resource: Resource) -> str:
    held = resource.get("name")
    if isinstance(held, str):
        return words(held)
    one = _preferred(held, "official")
    parts = (words(one.get(part), 80) for part in ("prefix", "given", "family"))
    return words(one.get("text")) or " ".join(part for part in parts if part)[:200]


def numbers_of(resource: Resource) -> tuple[str, ...]:
    """Telephone numbers as they came, the first to be tried first."""
    held = resource.get("telecom")
    if isinstance(held, str):
        return (words(held, 200),)
    ranked = []
    for nth, one in enumerate(objects(held)):
        value = words(one.get("value"), 200)
        if value and words(one.get("system")).lower() in ("phone", "sms", "") and not _is_old(one):
            rank = number(one.get("rank"))
            ranked.append((_has_end(one), 99.0 if rank is None else rank, nth, value))
    return tuple(value for *_, value in sorted(ranked))


def address_of(address: Resource) -> tuple[str, str]:
    """The address in one line, and its postcode."""
    postcode = words(address.get("postalCode"), 12)
    parts = [words(one) for part in ADDRESS_PARTS for one in things(address.get(part))]
    text = ", ".join(part for part in parts if part) or words(address.get("text"), 400)
    return text[:400], postcode


def contacts_of(patient: Resource, parts: Parts) -> list[Contact]:
    """In the order in which the sender wants them rung. Who is oneself, or is nobody and nothing, is the person."""
    near = [*objects(patient.get("contact")), *parts.of("RelatedPerson")]
    near.sort(key=lambda one: (_has_end(one), _rank(one)))
    found = [
        Contact(_name(one), told_of(one.get("relationship"), 80), numbers_of(one), is_self=_is_self(one))
        for one in near
    ]
    return [one for one in found if one.name or one.numbers][:10]


def _rank(one: Resource) -> float:
    ranks = [number(value_of(held)) for name, held in extensions(one) if name.endswith("ContactRank")]
    return next((rank for rank in ranks if rank is not None), 99.0)


def _is_self(one: Resource) -> bool:
    """One without relation and name stands on the Patient: whose number should it be?"""
    relation = {*codes(one.get("relationship")), told_of(one.get("relationship"), 80).lower()} - {""}
    is_patients = one.get("resourceType") is None
    return bool(ONESELF & relation) or (is_patients and not relation and not _name(one))


def spot_of(locations: Sequence[Resource], warnings: list[str]) -> Spot:
    """By address, UPRN or coordinates, whichever came."""
    for location in locations:
        address, postcode = address_of(first(location.get("address")))
        if isinstance(location.get("address"), str):
            address = words(location["address"], 400)
        called = words(location.get("name"))
        if called and called.casefold() not in address.casefold():
            address = f"{called}, {address}" if address else called
        uprn = next(
            (words(value_of(one), 20) for name, one in extensions(location) if "uprn" in name.lower()), ""
        )
        latitude, longitude = _coordinates(first(location.get("position")), warnings)
        found = Spot(address[:400], postcode, uprn, latitude, longitude)
        if found.is_known:
            return found
    return Spot()


def _coordinates(position: Resource, warnings: list[str]) -> tuple[float | None, float | None]:
    latitude, longitude = number(position.get("latitude")), number(position.get("longitude"))
    if latitude is None or longitude is None:
        return None, None
    if not _in_britain(latitude, longitude) and _in_britain(longitude, latitude):
        warnings.append("Latitude and longitude came the wrong way round, and were turned.")
        return longitude, latitude
    if not _in_britain(latitude, longitude):
        warnings.append("The coordinates are not in Britain, and were left out.")
        return None, None
    return latitude, longitude


def _in_britain(latitude: float, longitude: float) -> bool:
    (south, north), (west, east) = BRITAIN
    return south <= latitude <= north and west <= longitude <= east


def _language(patient: Resource) -> str:
    """S16: only where it is not English, or an interpreter is asked for."""
    spoken = []
    for one in objects(patient.get("communication")):
        language = said(one.get("language"), 60)
        if language and not (code(one.get("language")).startswith("en") or "english" in language.lower()):
            spoken.append(f"speaks {language}")
    if any(
        "interpreterrequired" in name.lower() and value_of(one) is True for name, one in extensions(patient)
    ):
        spoken.append("needs an interpreter")
    return ", ".join(spoken)[:200]
