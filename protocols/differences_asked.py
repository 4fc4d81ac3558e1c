"""What two versions of a protocol ask otherwise, excuse otherwise, and say of themselves. Pure."""

from collections.abc import Iterator

from protocols.difference import Difference, label, paired, way
from protocols.durations import said_bound
from protocols.faults import listed
from protocols.model import House, Question, TriageProtocol
from protocols.said import capital, said, shape


def in_questions(before: TriageProtocol, after: TriageProtocol) -> Iterator[Difference]:
    gone, new, both = paired(before.by_id, after.by_id)
    for one in new:
        gate = f", only if {said(one.ask_if, after)}" if one.ask_if else ""
        yield Difference("questions", "other", f"New question: “{one.ask}”{gate}.")
    for one in gone:
        yield Difference("questions", "other", f"No longer asked: “{one.ask}”")
    for was, one in both:
        yield from (Difference("questions", "other", words) for words in _asked_otherwise(was, one))
        if _gate(was) != _gate(one):
            yield Difference(
                "questions",
                "other",
                f"“{one.ask}” is asked {_when(one, after)} now; before, {_when(was, before)}.",
            )
        for what, old, fresh in (("said aloud", was.say, one.say), ("the reason", was.why, one.why)):
            if old != fresh:
                words = f"“{one.ask}”, {what}: “{fresh or '–'}” Before: “{old or '–'}”"
                yield Difference("words", "other", words)
    kept = [was.id for was, _ in both]
    order = [name for name in before.by_id if name in kept]
    if order != kept:
        yield Difference(
            "questions", "other", f"The order of the questions has changed: {_moved(order, kept, after)}."
        )


def _asked_otherwise(was: Question, one: Question) -> Iterator[str]:
    if was.ask != one.ask:
        yield f"“{was.ask}” is now put as “{one.ask}”."
    if (was.kind, was.answers, was.unit, was.range) != (one.kind, one.answers, one.unit, one.range):
        yield f"“{one.ask}” has other answers: {_answers(one)}. Before: {_answers(was)}."
    if was.worse != one.worse or was.band != one.band:
        yield f"Another answer to “{one.ask}” is the worse one: {one.worse} now; before, {was.worse}."
    if was.means != one.means:
        yield f"The answers to “{one.ask}” are put in other words."
    if was.record != one.record:
        yield f"“{one.ask}”: what was said before {'counts' if one.record else 'counts no longer'}."
    if was.holds_min != one.holds_min:
        yield f"“{one.ask}”: what was said before counts {_held(one)} now; before, {_held(was)}."


def _moved(before: list[str], after: list[str], protocol: TriageProtocol) -> str:
    first = next(new for old, new in zip(before, after, strict=True) if old != new)
    return f"“{protocol.by_id[first].ask}” comes earlier"


def _held(question: Question) -> str:
    return (
        "for as long as any does"
        if question.holds_min is None
        else f"for {said_bound(question.holds_min, 'min')}"
    )


def _answers(question: Question) -> str:
    if question.kind == "number":
        low, high = question.range or (0.0, 0.0)
        return f"{low:g} to {high:g} {question.unit or ''}".strip()
    return ", ".join(question.title_of(one) for one in question.answers)


def _gate(question: Question) -> object:
    return shape(question.ask_if) if question.ask_if else None


def _when(question: Question, protocol: TriageProtocol) -> str:
    return f"only if {said(question.ask_if, protocol)}" if question.ask_if else "of everybody"


def in_exceptions(before: TriageProtocol, after: TriageProtocol, house: House) -> Iterator[Difference]:
    gone, new, both = paired(
        {one.id: one for one in before.exceptions}, {one.id: one for one in after.exceptions}
    )
    for one in gone:
        words = f"No longer excused: {said(one.condition, before)} (it might stand at {label(house, one.never_below)})."
        yield Difference("exceptions", "faster", words)
    for one in new:
        words = (
            f"New exception: {said(one.condition, after)}: may be as slow as {label(house, one.never_below)}, "
            f"because {one.because}. Signed: {listed(one.signed, 'and')}."
        )
        yield Difference("exceptions", "slower", words)
    for was, one in both:
        if was.never_below != one.never_below:
            slowed = way(house.rank[was.never_below], house.rank[one.never_below])
            words = (
                f"{capital(said(one.condition, after))}: may be as slow as {label(house, one.never_below)} now; "
                f"before, {label(house, was.never_below)}."
            )
            yield Difference("exceptions", slowed, words)
        if (shape(was.condition), was.allows, was.about) != (shape(one.condition), one.allows, one.about):
            words = (
                f"The exception {one.id.replace('_', ' ')} is now for: {said(one.condition, after)}. "
                f"Before: {said(was.condition, before)}."
            )
            yield Difference("exceptions", "other", words)
        if (was.because, was.who, was.within_min, was.signed) != (
            one.because,
            one.who,
            one.within_min,
            one.signed,
        ):
            yield Difference(
                "exceptions",
                "other",
                f"{capital(said(one.condition, after))}: {one.because}; signed {listed(one.signed, 'and')}.",
            )
    old, fresh = before.unknowns, after.unknowns
    if old != fresh:
        words = (
            f"{fresh.limit} things not known come to {label(house, fresh.to)} now; "
            f"before, {old.limit} to {label(house, old.to)}."
        )
        laxer = fresh.limit > old.limit or house.rank[fresh.to] > house.rank[old.to]
        yield Difference("exceptions", "slower" if laxer else "faster", words)


def about(before: TriageProtocol, after: TriageProtocol, house: House) -> Iterator[Difference]:
    old, new = before.dropped_call, after.dropped_call
    if old != new:
        words = (
            f"A dropped call comes to {label(house, new.to)}, rung by the {new.who} within {new.within_min} min; "
            f"before, {label(house, old.to)}, {old.who}, {old.within_min} min."
        )
        yield Difference("about", way(house.rank[old.to], house.rank[new.to]), words)
    if _for(before) != _for(after):
        yield Difference("about", "other", f"It is for: {_population(after)}. Before: {_population(before)}.")
    for what, was, one in (
        ("The title", before.title, after.title),
        ("The review date", before.review_by, after.review_by),
        ("The status", before.status, after.status),
        ("The version", before.version, after.version),
    ):
        if was != one:
            yield Difference("about", "other", f"{what} is {one} now; before, {was}.")
    for line in after.evidence:
        if line not in before.evidence:
            yield Difference("about", "other", f"New evidence: {line}.")
    for line in before.evidence:
        if line not in after.evidence:
            yield Difference("about", "other", f"Evidence no longer named: {line}.")


def _for(protocol: TriageProtocol) -> list[object]:
    return [(shape(one.condition), one.otherwise, one.go_to) for one in protocol.population]


def _population(protocol: TriageProtocol) -> str:
    each = [f"{said(one.condition, protocol)} (else {one.go_to})" for one in protocol.population]
    return "; ".join(each) or "everybody"
