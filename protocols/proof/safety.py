"""Nothing slower than its floor, and never slower for a worse answer, an unknown one, or a fact of the record."""

from collections.abc import Iterator
from typing import NamedTuple

from protocols.model import UNKNOWN, Answer, Question
from protocols.proof.call import Reading, World
from protocols.proof.cells import WAYS
from protocols.proof.findings import Finding, said_of
from protocols.proof.outcome import Outcome
from protocols.proof.subject import Subject
from protocols.proof.terms import Term, both, either, never


def total(subject: Subject) -> Iterator[Finding]:
    """No call is left without a disposition."""
    slowest = subject.house.priorities[-1].rank
    found = subject.search.mildest(never(subject.outcome.as_urgent_as(slowest)))
    if found is not None:
        agreed = subject.by_rules(subject.replayed(found.said)) > slowest
        yield subject.told(
            "total", subject.protocol.protocol, "a call comes to nothing", found.said, agreed=agreed
        )


def floor(subject: Subject) -> Iterator[Finding]:
    """A red flag that may be true is never answered more slowly than its floor, but for a signed exception."""
    for flag in subject.protocol.red_flags:
        found = subject.search.mildest(subject.below_floor(flag, subject.outcome))
        if found is None:
            continue
        verdict = subject.replayed(found.said)
        rank = subject.by_rules(verdict)
        raised = next((one for one in verdict.flags if one.flag == flag.flag), None)
        sure = "is true" if raised is not None and raised.certain else "may be true"
        words = (
            f'the red flag "{flag.title}" {sure}, and {subject.title(rank)} is slower than its floor, '
            f"{subject.title(subject.floor(flag))}"
        )
        agreed = raised is not None and rank > subject.floor(flag)
        yield subject.told("floor", flag.flag, words, found.said, agreed=agreed)


def hidden(subject: Subject) -> Iterator[Finding]:
    """No gate hides a red flag: one that is true if every question is asked is seen, or answered in time anyway."""
    if all(question.ask_if is None for question in subject.protocol.questions):
        return
    open_world = World(subject.call, gates=False)
    for flag in subject.protocol.red_flags:
        unseen = never(subject.world.value(flag.condition).may)
        late = never(subject.outcome.as_urgent_as(subject.floor(flag)))
        wanted = both((open_world.value(flag.condition).must, unseen, never(subject.outcome.refused), late))
        found = subject.search.mildest(wanted)
        if found is None:
            continue
        verdict = subject.replayed(found.said)
        rank = subject.by_rules(verdict)
        agreed = flag.flag not in [one.flag for one in verdict.flags] and rank > subject.floor(flag)
        words = (
            f'the red flag "{flag.title}" is true and nobody asks: a gate hides it, and {subject.title(rank)} is '
            f"slower than its floor, {subject.title(subject.floor(flag))}"
        )
        yield subject.told("hidden", flag.flag, words, found.said, agreed=agreed)


class Change(NamedTuple):
    """The same call with one answer otherwise: what is done then, and that it is slower. `reading` is that answer."""

    reading: Reading
    after: Outcome
    slower: Term


def worse(subject: Subject, question: Question) -> Iterator[Change]:
    """One answer of the question worsens, and what is done becomes slower."""
    cells, raw = subject.call.cells[question.index], subject.call.raw[question.index]
    excused = subject.permits_about(subject.names_around(question), "slower")
    for way, steps in enumerate(cells.chains if excused else cells.steps):
        # Not known before is not known after: so the count of unknowns stays the very same term.
        told = subject.call.anew(question.index, sorted({after for _, after in steps}))
        reading = told._replace(unknown=raw.unknown)
        pairs = either(
            both(
                (raw.cells[place], either(reading.cells[after] for before, after in steps if before == place))
            )
            for place in sorted({before for before, _ in steps})
        )
        after = subject.otherwise(question.index, reading)
        here = both((subject.world.asked(question.index), _way(subject, question, way), pairs))
        if here is not False:
            heavier = _heavier(subject, question, after.world)
            yield Change(
                reading, after, both((here, reading.one, *heavier, after.slower_than(subject.outcome)))
            )


def _heavier(subject: Subject, question: Question, after: World) -> Iterator[Term]:
    """A worse observation weighs no less. It follows from the steps; said aloud, Z3 need not find it out each time."""
    for score in subject.protocol.scores:
        if question.index in score.asks:
            before, then = subject.world.part(score, question.index), after.part(score, question.index)
            for mild, bad in zip(before, then, strict=True):
                yield from (either((never(one), other)) for one, other in zip(mild, bad, strict=True))


def not_known(subject: Subject, question: Question) -> Change:
    """The answer of the question is not known, and what is done becomes slower."""
    reading = subject.call.not_known(question.index)
    after = subject.otherwise(question.index, reading)
    known = both((subject.world.asked(question.index), never(subject.call.raw[question.index].unknown)))
    return Change(reading, after, both((known, after.slower_than(subject.outcome))))


def monotone(subject: Subject, question: Question) -> Iterator[Finding]:
    """One answer worse is never slower, but for a signed exception."""
    if subject.form.rises(question):
        return
    permits = subject.permits_about(subject.names_around(question), "slower")
    for change in worse(subject, question):
        wanted = subject.unexcused(change.slower, change.after, permits)
        found = subject.search.mildest(wanted, {question.index: change.reading})
        if found is not None:
            answer = found.other[question.id]
            yield _changed(subject, "monotone", question, found.said, answer, "worsens")
            return


def unknown(subject: Subject, question: Question) -> Iterator[Finding]:
    """Not to know an answer is never slower than to know it, but for a signed exception."""
    if subject.form.opens(question):
        return
    permits = subject.permits_about(subject.names_around(question), "unknown")
    change = not_known(subject, question)
    found = subject.search.mildest(subject.unexcused(change.slower, change.after, permits))
    if found is not None:
        yield _changed(subject, "unknown", question, found.said, UNKNOWN, "changes")


def _changed(
    subject: Subject, obligation: str, question: Question, said: dict[str, Answer], answer: Answer, verb: str
) -> Finding:
    before = subject.by_rules(subject.replayed(said))
    after = subject.by_rules(subject.replayed({**said, question.id: answer}))
    words = (
        f'"{question.ask}" {verb} from {said_of(question, said[question.id])} to {said_of(question, answer)}: '
        f"{subject.title(before)} becomes {subject.title(after)}"
    )
    return subject.told(obligation, question.id, words, said, agreed=after > before)


def _way(subject: Subject, question: Question, way: int) -> Term:
    """The other answers on which it depends how bad an oxygen saturation is."""
    if question.score != "news2" or question.id != "spo2":
        return True
    by_id, parts = subject.protocol.by_id, []
    for name, answer in WAYS[way].items():
        other = by_id.get(name)
        if other is None:
            if answer != "scale_1":
                return False
            continue
        place = subject.call.cells[other.index].place_of(answer)
        parts.append(subject.world.readings[other.index].cells[place])
    return both(parts)


def record(subject: Subject) -> Iterator[Finding]:
    """What the shared record holds is never a reason to be slower."""
    facts: dict[int, Reading] = {}
    changed: dict[int, Reading] = {}
    for question in subject.protocol.questions:
        if question.record and question.worse not in ("neither", "by_score"):
            facts[question.index] = subject.call.anew(question.index)
            changed[question.index] = _with_fact(subject, question, facts[question.index])
    if not facts:
        return
    after = Outcome(subject.house, World(subject.call, changed, subject.world))
    found = subject.search.mildest(
        both((after.slower_than(subject.outcome), *(fact.one for fact in facts.values()))), facts
    )
    if found is None:
        return
    held = {name: fact for name, fact in found.other.items() if fact != UNKNOWN}
    before = subject.by_rules(subject.replayed(found.said))
    rank = subject.by_rules(subject.replayed(found.said, held))
    by_id = subject.protocol.by_id
    told = ", ".join(f'"{by_id[name].ask}" {said_of(by_id[name], fact)}' for name, fact in held.items())
    words = f"the record says {told}: {subject.title(before)} becomes {subject.title(rank)}"
    yield subject.told("record", ", ".join(held), words, found.said, agreed=rank > before)


def _with_fact(subject: Subject, question: Question, fact: Reading) -> Reading:
    """The worse of the answer and the fact; where the answer is not known, anything from the fact upwards (S8)."""
    cells, raw = subject.call.cells[question.index], subject.call.raw[question.index]
    places = range(len(cells.values))
    worse = [set(cells.worse_than(place)) for place in places]
    # No fact is worse than this: none at all, or one that is not.
    within = tuple(
        either((fact.unknown, *(fact.cells[other] for other in places if other not in worse[place])))
        for place in places
    )
    told = tuple(
        either(
            (
                both((raw.cells[place], within[place])),
                both(
                    (fact.cells[place], either(raw.cells[other] for other in places if place in worse[other]))
                ),
            )
        )
        for place in places
    )
    return Reading(told, raw.unknown, None if question.band is not None else within)
