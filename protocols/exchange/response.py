"""An assessment's answers as a FHIR QuestionnaireResponse: no name, no number, nothing that somebody typed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocols.answers import State, badness, hear, is_worst
from protocols.exchange.names import BASE, Resource, group_id, present, unknown_id, value, with_version
from protocols.model import UNKNOWN, Answer, Question, TriageProtocol


@dataclass(frozen=True)
class Taken:
    """What is said of one assessment. `facts` by question, each with `answer` and `at`, as the assessment keeps them.

    `status` is FHIR's: in-progress, completed, stopped. `authored` is an ISO 8601 time with its zone; `case` the
    hub's own reference of the case.
    """

    assessment: str
    case: str
    status: str
    authored: str
    answers: Mapping[str, Answer]
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def response(protocol: TriageProtocol, taken: Taken, base: str = BASE) -> Resource:
    """The answers to the questions that apply, in order. Refused if an answer fits no question.

    Where a fact of the record counts in an answer's place, it stands as the answer, and beside it what was said.
    """
    record = {name: fact["answer"] for name, fact in taken.facts.items()}
    heard = hear(protocol, taken.answers, record)
    items = [
        item
        for question, state in zip(protocol.questions, heard.states, strict=True)
        if state is not State.NOT_APPLICABLE
        for item in _items(question, taken, heard.facts.get(question.id), base)
    ]
    return present(
        resourceType="QuestionnaireResponse",
        identifier={"system": f"{base}/assessment", "value": taken.assessment},
        questionnaire=with_version(protocol, base, "Questionnaire"),
        status=taken.status,
        encounter={"type": "Encounter", "identifier": {"system": f"{base}/case", "value": taken.case}},
        authored=taken.authored,
        item=items,
    )


def _items(question: Question, taken: Taken, fact: Answer | None, base: str) -> Iterator[Resource]:
    said = taken.answers.get(question.id)
    counts = said if fact is None or not _fact_counts(question, said, fact) else fact
    if counts is None:
        return
    answer = value(question, counts, base)
    if fact is not None:
        answer["extension"] = [_from_record(question, taken.facts[question.id], said, base)]
    item = {"linkId": question.id, "text": question.ask, "answer": [answer]}
    if question.kind != "number":
        yield item
        return
    if counts == UNKNOWN:
        item["linkId"] = unknown_id(question)
    yield {"linkId": group_id(question), "item": [item]}


def _fact_counts(question: Question, said: Answer | None, fact: Answer) -> bool:
    """S8: the worse counts. Not known with a fact beside it may still be worse than that, unless it is the worst."""
    if said == UNKNOWN:
        return is_worst(question, fact)
    return badness(question, fact) > badness(question, question.mildest if said is None else said)


def _from_record(question: Question, fact: Mapping[str, Any], said: Answer | None, base: str) -> Resource:
    """Marks what an earlier case was told: `answer` and `at` are the record's, `said` what was said today."""
    parts = [{"url": "answer", **value(question, fact["answer"], base)}]
    if "at" in fact:
        parts.append({"url": "at", "valueDateTime": fact["at"]})
    if said is not None:
        parts.append({"url": "said", **value(question, said, base)})
    return {"url": f"{base}/StructureDefinition/from-the-record", "extension": parts}
