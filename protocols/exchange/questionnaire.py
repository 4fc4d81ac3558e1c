"""A protocol's questions as a FHIR Questionnaire.

"Not known" is an answer that is given, never one that is left out: a form that lets a question pass says nothing. So a
yes/no question is a `choice` (a boolean has no third value), and a number stands in a group with a second item, which
is asked for as long as there is no number.
"""

from collections.abc import Sequence

from protocols.exchange.fhirpath import may
from protocols.exchange.names import (
    Resource,
    coding,
    expression,
    extension,
    group_id,
    head,
    present,
    unit,
    unknown_id,
)
from protocols.model import (
    UNKNOWN,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Not,
    OneOf,
    Question,
    TriageProtocol,
)
from protocols.said import said

ENABLE_WHEN = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"


def questionnaire(protocol: TriageProtocol, base: str) -> Resource:
    """The questions in the order in which they are asked."""
    return {
        **head(protocol, base, "Questionnaire"),
        "subjectType": ["Patient"],
        "item": [_item(question, protocol, base) for question in protocol.questions],
    }


def _item(question: Question, protocol: TriageProtocol, base: str) -> Resource:
    asked = _number(question, base) if question.kind == "number" else _choice(question, base)
    return {**asked, **_gate(question, protocol, base)}


def _choice(question: Question, base: str) -> Resource:
    answers = [*question.answers, UNKNOWN]
    return present(
        linkId=question.id,
        text=question.ask,
        type="choice",
        required=True,
        answerOption=[{"valueCoding": coding(question, answer, base)} for answer in answers],
        item=_words(question),
    )


def _number(question: Question, base: str) -> Resource:
    number = present(
        extension=_bounds(question),
        linkId=question.id,
        text=question.ask,
        type="decimal",
        item=_words(question),
    )
    not_known = {
        "linkId": unknown_id(question),
        "text": f"{question.ask} (where it is not known)",
        "type": "choice",
        "enableWhen": [{"question": question.id, "operator": "exists", "answerBoolean": False}],
        "required": True,
        "answerOption": [{"valueCoding": coding(question, UNKNOWN, base)}],
    }
    return {"linkId": group_id(question), "type": "group", "item": [number, not_known]}


def _bounds(question: Question) -> list[Resource]:
    """An observation has no bounds here: one that cannot be true is kept, and counts as the worst."""
    found = []
    if question.range is not None and not question.observation:
        low, high = question.range
        found += [extension("minValue", valueDecimal=low), extension("maxValue", valueDecimal=high)]
    if (measured := unit(question)) is not None:
        found.append(extension("questionnaire-unit", valueCoding=measured))
    return found


def _words(question: Question) -> list[Resource]:
    """What is said aloud, and why it is asked."""
    found = []
    if question.say:
        instructions = _concept("questionnaire-display-category", "instructions")
        found.append(
            {
                "extension": [extension("questionnaire-displayCategory", valueCodeableConcept=instructions)],
                "linkId": f"{question.id}.say",
                "text": question.say,
                "type": "display",
            }
        )
    if question.why:
        helps = _concept("questionnaire-item-control", "help")
        found.append(
            {
                "extension": [extension("questionnaire-itemControl", valueCodeableConcept=helps)],
                "linkId": f"{question.id}.why",
                "text": question.why,
                "type": "display",
            }
        )
    return found


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"http://hl7.org/fhir/{system}", "code": code}]}


def _gate(question: Question, protocol: TriageProtocol, base: str) -> Resource:
    if question.ask_if is None:
        return {}
    tests = _tests(question.ask_if, protocol, base)
    if tests is None:
        text = expression(may(question.ask_if, protocol), said(question.ask_if, protocol))
        return {"extension": [{"url": ENABLE_WHEN, "valueExpression": text}]}
    return {"enableWhen": tests} if len(tests) == 1 else {"enableWhen": tests, "enableBehavior": "any"}


def _tests(condition: Condition, protocol: TriageProtocol, base: str) -> list[Resource] | None:
    """The gate as tests of which one is enough; None where `enableWhen` has no words for it.

    A gate that is not known to be false is open, so "not known" is one of the answers that open it.
    """
    match condition:
        case AnyOf(parts=parts):
            found = [_tests(part, protocol, base) for part in parts]
            return None if None in found else [test for tests in found if tests for test in tests]
        case OneOf(index=index, answers=answers):
            return _opened_by(protocol.questions[index], answers, base)
        case Not(part=OneOf(index=index, answers=answers)):
            question = protocol.questions[index]
            others = tuple(answer for answer in question.answers if answer not in answers)
            return _opened_by(question, others, base)
        case AtLeast(index=index, bound=bound) | AtMost(index=index, bound=bound):
            return _opened_at(protocol.questions[index], condition, bound)
        case _:
            return None


def _opened_by(question: Question, answers: Sequence[str], base: str) -> list[Resource] | None:
    if question.ask_if is not None and question.mildest in answers:
        return None  # not applicable reads as mildest, and would open it: `enableWhen` cannot tell that from unasked
    return [
        {"question": question.id, "operator": "=", "answerCoding": coding(question, answer, base)}
        for answer in (*answers, UNKNOWN)
    ]


def _opened_at(question: Question, condition: AtLeast | AtMost, bound: float) -> list[Resource] | None:
    mildest = question.mildest
    by_mildest = isinstance(mildest, int | float) and (
        mildest >= bound if isinstance(condition, AtLeast) else mildest <= bound
    )
    if question.observation or (question.ask_if is not None and by_mildest):
        return None
    operator = ">=" if isinstance(condition, AtLeast) else "<="
    return [
        {"question": question.id, "operator": operator, "answerDecimal": bound},
        {"question": unknown_id(question), "operator": "exists", "answerBoolean": True},
    ]
