"""What one record server says of one person: who they are there, and then all kinds of resources side by side."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any
from urllib.parse import quote

from records.fhir.answered import Answered, ReadCarer, ReadFact
from records.fhir.medicines import named
from records.fhir.read_facts import READERS, read
from records.fhir.read_patient import Patient, facts_of, patient_of, speaks_against
from records.fhir.read_plans import contacts_of
from records.fhir.snomed import OBSERVED, SNOMED
from records.fhir.written import NHS_NUMBER
from records.people.names import folded
from records.people.rules import Who
from records.reading.model import ReadState
from records.reading.putting import Held
from workers.fhir import Asking, Fault, FhirClient, RecordError

BUDGET_S = 2.0
"""For all that one person is asked for; nobody waits for it."""
MOST_PAGES, A_PAGE, MOST_OF_A_KIND, MOST_OF_ONE = 5, 100, 300, 400
"""Of one person so many facts are kept of one server; a page shows 500 of all (`records/people/store.py`)."""
_ONLY = {"Observation": f"&code={quote(','.join(f'{SNOMED}|{code}' for code in OBSERVED))}"}

_BESIDE = {kind: f"&_include={kind}:medication" for kind in ("MedicationStatement", "MedicationRequest")}
"""What is to come with it: the name of a medicine is often a resource of its own."""
_NOT_ASKED_SO = frozenset({400, 403, 404, 422, 501})
"""How a server says that it does not know what was asked for beside: then it is asked without."""


@dataclass(frozen=True)
class Outcome:
    """`fault`: whether the server is to be blamed; `wait_s`: what it asks for itself."""

    state: ReadState
    why: str = ""
    held: Held | None = None
    unread: tuple[str, ...] = ()
    fault: bool = False
    wait_s: float | None = None


def failed(error: RecordError) -> Outcome:
    return Outcome(ReadState.failed, str(error)[:200], fault=error.fault is Fault.later, wait_s=error.wait_s)


def patiently(client: FhirClient, until: float, ask: Callable[[Asking], Any]) -> Any:
    """Once more where the server itself says when, and that is in time. Raises `RecordError`."""
    for again in (False, True):
        try:
            return ask(client.within(until - time.monotonic()))
        except RecordError as error:
            wait_s = error.wait_s
            if again or wait_s is None or error.status is None or wait_s >= until - time.monotonic():
                raise
            Event().wait(wait_s)
    raise AssertionError("it returns or raises")


def search_of(who: Who) -> str:
    """By number; else traced by name, birth and postcode, of which the server must find one alone."""
    number = next(iter(sorted(who.nhs_numbers)), "")
    if number:
        return f"Patient?identifier={quote(f'{NHS_NUMBER}|{number}', safe='')}"
    name = max((folded(one) for one in who.names), key=len)
    born = next(iter(sorted(who.born)))
    postcode = next(home.postcode for home in who.homes if home.postcode)
    return (
        f"Patient?family={quote(name[-1])}&given={quote(name[0])}&birthdate={born.isoformat()}"
        f"&address-postalcode={quote(postcode)}"
    )


def find(client: FhirClient, until: float, who: Who) -> tuple[dict[str, Any], Patient] | Outcome:
    """The one whom it surely means, or what is to be said instead. Raises `RecordError`."""
    pages: Pages = patiently(client, until, lambda asking: _pages(asking, search_of(who), "Patient"))
    if pages.error:
        raise pages.error
    entries = pages.found
    found = [(one, patient) for one in entries if (patient := patient_of(one)) is not None]
    if who.nhs_numbers:
        found = [pair for pair in found if pair[1].nhs_number in who.nhs_numbers]
    if not found:
        return Outcome(ReadState.nobody)
    if len(found) > 1 or not pages.whole:
        return Outcome(ReadState.may_be, f"{len(found)} people there could be meant")
    if against := speaks_against(who, found[0][1]):
        return Outcome(ReadState.may_be, f"the {against} there is another one")
    return found[0]


@dataclass(frozen=True)
class Pages:
    """What came, whether that is all, and where it is not the fault that a later page met."""

    found: list[Any]
    whole: bool
    error: RecordError | None = None


def kind_of(client: FhirClient, until: float, kind: str, patient: Patient) -> Pages:
    """Raises `RecordError` where nothing of it came."""
    search = f"{kind}?patient={quote(f'Patient/{patient.id}', safe='/')}&_count={A_PAGE}{_ONLY.get(kind, '')}"
    came = _with_beside(client, until, search, kind)
    every = named(came.found)
    found, legible = read(kind, every[:MOST_OF_A_KIND], patient.id, patient.nhs_number or None)
    return replace(came, found=found, whole=came.whole and legible and len(every) <= MOST_OF_A_KIND)


def _with_beside(client: FhirClient, until: float, search: str, kind: str) -> Pages:
    beside = _BESIDE.get(kind, "")
    try:
        came: Pages = patiently(
            client, until, lambda asking: _pages(asking, search + beside, kind, "Medication")
        )
    except RecordError as error:
        if not beside or error.status not in _NOT_ASKED_SO:
            raise
        came = patiently(client, until, lambda asking: _pages(asking, search, kind))
    return came


def _pages(asking: Asking, search: str, *kinds: str) -> Pages:
    """The resources of those kinds. What came of them stays where a later page fails."""
    found: list[Any] = []
    path = search
    for page in range(MOST_PAGES):
        try:
            said = _page(asking, path)
        except RecordError as error:
            if page == 0:
                raise
            return Pages(found, False, error)
        entries = said.get("entry")
        each = (
            [one.get("resource") for one in entries if isinstance(one, dict)]
            if isinstance(entries, list)
            else []
        )
        found += [one for one in each if not isinstance(one, dict) or one.get("resourceType") in kinds]
        further = _next(said)
        if further is None:
            return Pages(found, True)
        path = further
    return Pages(found, False)


def _page(asking: Asking, path: str) -> dict[str, Any]:
    said = asking.get(path)
    if said.get("resourceType") != "Bundle":
        raise RecordError(Fault.later, "its answer could not be read")
    return said


def _next(said: dict[str, Any]) -> str | None:
    links = said.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _kind(fact: ReadFact) -> str:
    return fact.key.split("/", 1)[0]


@dataclass
class Gathering:
    """The kinds as they come, of one person."""

    resource: dict[str, Any]
    patient: Patient
    facts: list[ReadFact] = field(default_factory=list)
    carers: list[ReadCarer] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts += facts_of(self.resource, self.patient)
        self.carers += contacts_of(self.resource)
        self.whole.append("Patient")

    def came(self, kind: str, pages: Pages) -> None:
        self.facts += [one for one in pages.found if isinstance(one, ReadFact)]
        self.carers += [one for one in pages.found if isinstance(one, ReadCarer)]
        if pages.whole:
            self.whole.append(kind)
        if pages.error:
            self.errors.append(pages.error)

    def outcome(self) -> Outcome:
        """As far as it has come; where that is too much the longest kinds are cut, and said to be unread."""
        long = Counter(_kind(fact) for fact in self.facts)
        facts = sorted(self.facts, key=lambda fact: (not fact.in_error, long[_kind(fact)]))
        cut = {_kind(fact) for fact in facts[MOST_OF_ONE:]}
        whole = tuple(kind for kind in self.whole if kind not in cut)
        unread = tuple(kind for kind in READERS if kind not in whole)
        carers = {
            (one.name, one.number): one for one in self.carers
        }  # their own resource after the Patient's contact
        answered = Answered(tuple(facts[:MOST_OF_ONE]), tuple(carers.values()), whole, unread)
        waits = [error.wait_s for error in self.errors if error.wait_s is not None]
        return Outcome(
            ReadState.read,
            held=Held(self.patient, answered),
            unread=unread,
            fault=any(error.fault is Fault.later for error in self.errors),
            wait_s=max(waits, default=None),
        )
