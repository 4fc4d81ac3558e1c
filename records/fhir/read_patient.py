"""Who a record server says somebody is, and whether that can be whom we ask after (S14). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from records.fhir.answered import ReadFact
from records.fhir.as_read import day, fitted, is_restricted, name_of
from records.fhir.shapes import Resource, code, extensions, objects, said, value_of, words
from records.fhir.value_sets import as_code
from records.fhir.written import NHS_NUMBER
from records.homes import Home
from records.people import rules
from records.people.fact_model import FactKind
from records.people.names import folded, sounds
from records.people.rules import Who

NHS_COMMUNICATION = re.compile(r"NHSCommunication(-\d+)?$")
INTERPRETER: tuple[str, str, dict[str, Any]] = ("interpreter", "interpreter", {"value": "needed"})


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
        tuple(_home(each) for each in objects(one.get("address")) if _is_lived_at(each))[:5],
    )  # fmt: skip


def _nhs_number(one: Resource) -> str:
    for each in objects(one.get("identifier")):
        is_theirs = words(each.get("system"), 100) == NHS_NUMBER and code(each.get("use")) != "old"
        if is_theirs and (value := words(each.get("value"), 20)):
            return value.replace(" ", "")
    return ""


def _is_lived_at(one: Resource) -> bool:
    return code(one.get("use")) != "old"


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

    def fact(key: str, kind: FactKind, about: str, **more: Any) -> ReadFact:
        return fitted(ReadFact(f"Patient/{patient.id}#{key}"[:200], kind.value, about, **more))

    found = [fact(key, FactKind.communication, about, **more) for key, about, more in _how_to_talk(one)]
    if one.get("deceasedBoolean") is True or one.get("deceasedDateTime"):
        died = day(one.get("deceasedDateTime"))
        found.append(fact("died", FactKind.at_risk, "recorded as having died", dated=died))
    if is_restricted(one):
        words_ = "Their record is restricted: tell nobody where they are."
        found.append(fact("restricted", FactKind.at_risk, "restricted record", words=words_))
    return found


def _how_to_talk(one: Resource) -> list[tuple[str, str, dict[str, Any]]]:
    """Each with its key, what it is about, and what is said of it: UK Core's, CareConnect's and HL7's ways of it."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name, extension in extensions(one):
        if NHS_COMMUNICATION.search(name):
            inner = dict(extensions(extension))
            if language := said(value_of(inner.get("language", {})), 120):
                found.append(("language", "language", {"value": language}))
            if value_of(inner.get("interpreterRequired", {})) is True:
                found.append(INTERPRETER)
        elif name == "patient-interpreterRequired" and value_of(extension) is True:
            found.append(INTERPRETER)
        elif name.endswith("ContactPreference"):
            found += _preferred(dict(extensions(extension)))
        elif name == "individual-pronouns":
            inner = dict(extensions(extension))
            if pronouns := said(value_of(inner.get("value", {})), 60):
                found.append(("pronouns", "pronouns", {"value": pronouns}))
    for each in objects(one.get("communication")):
        language = said(each.get("language"), 120)
        if language:
            best = {"words": "preferred"} if each.get("preferred") is True else {}
            more = {"value": language, "code": as_code(each.get("language")), **best}
            found.append((f"language-{language}", "language", more))
    return list({key: (key, about, more) for key, about, more in found}.values())


def _preferred(inner: dict[str, Resource]) -> list[tuple[str, str, dict[str, Any]]]:
    """How they want to be written to and reached, and when: UK Core's names for it, PDS's too."""
    found = []
    for part, about in (
        ("preferredWrittenCommunicationFormat", "writing"),
        ("PreferredWrittenCommunicationFormat", "writing"),
        ("preferredContactMethod", "how to reach them"),
        ("PreferredContactMethod", "how to reach them"),
        ("preferredContactTimes", "when to reach them"),
        ("PreferredContactTimes", "when to reach them"),
    ):
        value = value_of(inner.get(part, {}))
        if text := said(value, 120) if isinstance(value, dict) else words(value, 120):
            found.append((f"prefers-{about}"[:60], about, {"value": text}))
    return found
