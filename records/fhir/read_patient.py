"""Who a record server says somebody is, and whether that can be whom we ask after (S14). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from records.fhir.answered import ReadFact
from records.fhir.as_read import day, fitted, is_restricted, name_of
from records.fhir.shapes import Resource, code, extensions, first, objects, said, value_of, words
from records.fhir.value_sets import as_code
from records.fhir.written import NHS_NUMBER
from records.homes import Home
from records.people import rules
from records.people.fact_model import FactKind
from records.people.names import folded, sounds
from records.people.rules import Who


@dataclass(frozen=True)
class Patient:
    """`others`: names they had, or go by."""

    id: str
    nhs_number: str = ""
    names: tuple[str, ...] = ()
    born: date | None = None
    homes: tuple[Home, ...] = ()

    @property
    def who(self) -> Who:
        return Who(
            self.names,
            frozenset({self.born} if self.born else ()),
            frozenset({self.nhs_number} if self.nhs_number else ()),
            self.homes,
        )


def patient_of(one: Any) -> Patient | None:
    """None where it has no number of its own by which to ask for more, or was taken back or joined to another."""
    if not isinstance(one, dict) or one.get("resourceType") != "Patient" or one.get("active") is False:
        return None
    number = words(one.get("id"), 64)
    if not number or any(code(link.get("type")) == "replaced-by" for link in objects(one.get("link"))):
        return None
    born = day(one.get("birthDate"))
    whole = len(words(one.get("birthDate"))) >= 10
    names = [name_of({"name": [each]}) for each in objects(one.get("name"))]
    return Patient(
        number,
        _nhs_number(one),
        tuple(dict.fromkeys(name for name in (name_of(one), *names) if name)),
        date.fromisoformat(born) if born and whole else None,
        tuple(_home(each) for each in objects(one.get("address")) if code(each.get("use")) != "old")[:5],
    )  # fmt: skip


def _nhs_number(one: Resource) -> str:
    for each in objects(one.get("identifier")):
        is_theirs = words(each.get("system"), 100) == NHS_NUMBER and code(each.get("use")) != "old"
        if is_theirs and (value := words(each.get("value"), 20)):
            return value.replace(" ", "")
    return ""


def _home(one: Resource) -> Home:
    lines = words(one.get("line"), 300) or words(one.get("text"), 300)
    return Home(lines, words(one.get("postalCode"), 10).upper() or None)


def speaks_against(said_of: Who, patient: Patient) -> str:
    """What of all that is known here is another there, in a word; empty where nothing is."""
    theirs = patient.who
    for field, word in (("nhs_numbers", "NHS number"), ("born", "date of birth")):
        mine, other = getattr(said_of, field), getattr(theirs, field)
        if mine and other and not mine & other:
            return word
    if said_of.names and theirs.names and not _alike(said_of.names, theirs.names):
        return "name"
    return ""


def _alike(mine: Iterable[str], theirs: Iterable[str]) -> bool:
    """One name lies within the other, written or heard: `Mrs Doyle`, `Maureen Anne Doyle`."""
    for one in mine:
        for other in theirs:
            for a, b in ((set(folded(one)), set(folded(other))), (sounds(one), sounds(other))):
                if a and b and (a <= b or b <= a):
                    return True
    return False


def agree(said_of: Who, patient: Patient, field: str) -> bool | None:
    """The same as `rules.agree`, of another record: there middle names are written that nobody says here. A surname by
    itself agrees with nobody."""
    if field != "person_name":
        return rules.agree(said_of, patient.who, field)
    if not said_of.names or not patient.names:
        return None
    mine, theirs = ([set(folded(one)) for one in names] for names in (said_of.names, patient.names))
    return any(len(one) > 1 and one <= other for one in mine for other in theirs)


def facts_of(one: Resource, patient: Patient) -> list[ReadFact]:
    """How to talk with them, whether they have died, and that where they live is told to nobody."""
    found = []
    for name, extension in extensions(one):
        if name.endswith("NHSCommunication"):
            found += _spoken(extension, patient)
    for each in objects(one.get("communication")):
        if words(first(each.get("language")).get("text")) or as_code(each.get("language")):
            value = said(each.get("language"), 120)
            key = f"Patient/{patient.id}#language-{value}"[:200]
            found.append(
                ReadFact(
                    key,
                    FactKind.communication.value,
                    "language",
                    value=value,
                    code=as_code(each.get("language")),
                )
            )
    if one.get("deceasedBoolean") is True or one.get("deceasedDateTime"):
        died = day(one.get("deceasedDateTime"))
        found.append(
            ReadFact(
                f"Patient/{patient.id}#died", FactKind.at_risk.value, "recorded as having died", dated=died
            )
        )
    if is_restricted(one):
        words_ = "Their record is restricted: tell nobody where they are."
        found.append(
            ReadFact(
                f"Patient/{patient.id}#restricted", FactKind.at_risk.value, "restricted record", words=words_
            )
        )
    return [fitted(one) for one in found]


def _spoken(extension: Resource, patient: Patient) -> list[ReadFact]:
    inner = dict(extensions(extension))
    language = said(value_of(inner.get("language", {})), 120)
    found = []
    if language:
        found.append(
            ReadFact(
                f"Patient/{patient.id}#language", FactKind.communication.value, "language", value=language
            )
        )
    if value_of(inner.get("interpreterRequired", {})) is True:
        found.append(
            ReadFact(
                f"Patient/{patient.id}#interpreter",
                FactKind.communication.value,
                "interpreter",
                value="needed",
            )
        )
    return found
