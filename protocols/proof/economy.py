"""What changes nothing: it looks like safety to whoever reads the file, and is none."""

from collections import Counter
from collections.abc import Iterator, Mapping

from protocols.model import Answer, Disposition, Question
from protocols.proof.findings import Finding
from protocols.proof.safety import Change, not_known, worse
from protocols.proof.subject import Subject
from protocols.proof.terms import Term, both, either, never, same


def rules(subject: Subject) -> Iterator[Finding]:
    """Every rule fires in some call in which its disposition would not stand without it."""
    belongs = never(subject.outcome.refused)
    for disposition in subject.protocol.dispositions:
        fires = [subject.outcome.fires(rule) for rule in disposition.rules]
        for place, rule in enumerate(disposition.rules):
            about, where = f"{disposition.id}.{rule.rule}", f'the rule "{rule.rule}" of "{disposition.title}"'
            if not subject.search.possible(fires[place]):
                yield _fault("dead", about, f"{where} can never fire: remove or correct it")
                continue
            if not subject.search.possible(both((belongs, subject.world.value(rule.condition).must))):
                words = f"{where} can never be true, and fires only where something is not known"
                yield _fault("dead", about, f"{words}: its conditions contradict each other; correct it")
                continue
            others = either(term for other, term in enumerate(fires) if other != place)
            if not subject.search.possible(both((fires[place], never(others)))):
                words = f"{where} fires only where another rule of it does: it changes nothing; remove or correct it"
                yield _fault("redundant", about, words)


def dispositions(subject: Subject) -> Iterator[Finding]:
    """Every disposition, and each of its rules, wins in some call or adds a position to a more urgent one."""
    above: list[Disposition] = []
    for disposition in subject.protocol.dispositions:
        stands = subject.outcome.fired(disposition)
        if disposition.otherwise:
            stands = either(
                (stands, never(either((*map(subject.outcome.fired, above), subject.outcome.refused))))
            )
            if not subject.search.possible(stands):
                words = f'"{disposition.title}" stands when nothing else does, and something else always does'
                yield _fault("dead", disposition.id, f"{words}: remove it")
        else:
            yield from _shadow(subject, disposition, above)
        above.append(disposition)


def _shadow(subject: Subject, disposition: Disposition, above: list[Disposition]) -> Iterator[Finding]:
    more_urgent = either(map(subject.outcome.fired, above))
    for rule in disposition.rules:
        fires = subject.outcome.fires(rule)
        if not subject.search.possible(fires) or subject.search.possible(both((fires, never(more_urgent)))):
            continue
        about, where = f"{disposition.id}.{rule.rule}", f'the rule "{rule.rule}" of "{disposition.title}"'
        words = f"{where} fires only where a more urgent disposition stands"
        if subject.search.possible(both((fires, _adds(subject, disposition, above)))):
            kinds = ", ".join(dict.fromkeys(planned.kind for planned in disposition.positions))
            yield Finding("review", "shadowed", about, f"{words}; it adds {kinds} there")
        else:
            yield _fault("shadowed", about, f"{words}, and adds nobody there: remove or correct it")


def _adds(subject: Subject, disposition: Disposition, above: list[Disposition]) -> Term:
    """It sends somebody whom no more urgent disposition that stands sends already."""
    wanted = Counter(planned.kind for planned in disposition.positions)
    return either(
        never(
            either(
                subject.outcome.fired(one)
                for one in above
                if sum(planned.kind == kind for planned in one.positions) >= count
            )
        )
        for kind, count in wanted.items()
    )


def flags(subject: Subject) -> Iterator[Finding]:
    """Every red flag may be true in some call."""
    for flag in subject.protocol.red_flags:
        if not subject.search.possible(subject.world.value(flag.condition).must):
            yield _fault("dead", flag.flag, f'the red flag "{flag.title}" can never be true: correct it')


def questions(subject: Subject) -> Iterator[Finding]:
    """Every question that is not for information only makes a difference in some call."""
    usual = subject.search.mildest(never(subject.outcome.refused))
    for question in subject.protocol.questions:
        if question.for_information or (usual is not None and _shows(subject, question, usual.said)):
            continue
        if subject.search.possible(_matters(subject, question)):
            continue
        words = (
            f'"{question.ask}" changes nothing, however it is answered: remove it, use it, or mark it '
            "for_information: yes"
        )
        yield _fault("dead", question.id, words)


def _shows(subject: Subject, question: Question, usual: Mapping[str, Answer]) -> bool:
    """Whether one answer alone shows it on the engine, in an otherwise harmless call: then nothing need be proved."""
    seen = {
        (verdict.refusal, verdict.fired, tuple(flag.flag for flag in verdict.flags))
        for value in subject.call.cells[question.index].values
        for verdict in [subject.replayed({**usual, question.id: value})]
    }
    return len(seen) > 1


def _matters(subject: Subject, question: Question) -> Term:
    """Some two answers to it, known or not, lead to different dispositions or flags."""
    other = subject.call.anew(question.index)
    after = subject.otherwise(question.index, other)
    differ = [
        _unlike(subject.outcome.fired(disposition), after.fired(disposition))
        for disposition in subject.protocol.dispositions
    ]
    differ += [
        _unlike(subject.world.value(flag.condition).may, after.world.value(flag.condition).may)
        for flag in subject.protocol.red_flags
    ]
    return both((other.one, either((*differ, _unlike(subject.outcome.refused, after.refused)))))


def _unlike(one: Term, other: Term) -> Term:
    if same(one, other):
        return False
    return either((both((one, never(other))), both((other, never(one)))))


def exceptions(subject: Subject) -> Iterator[Finding]:
    """Every exception excuses some call that nothing else does; one that does not is a warning."""
    for permit in subject.protocol.exceptions:
        if not any(map(subject.search.possible, _excused(subject, permit.id))):
            words = f'the exception "{permit.id}" is not needed: nothing would be found without it; remove it'
            yield Finding("warning", "exception", permit.id, words)


def _excused(subject: Subject, permit_id: str) -> Iterator[Term]:
    for flag in subject.protocol.red_flags:
        slow, excused = subject.too_slow(flag, subject.outcome)
        if permit_id in excused:
            own = excused.pop(permit_id)
            yield both((slow, own, never(either(excused.values()))))
    for question in subject.protocol.questions:
        names = subject.names_around(question)
        for allowed, changes in (("slower", worse), ("unknown", _not_known)):
            permits = subject.permits_about(names, allowed)
            if permit_id not in [permit.id for permit in permits]:
                continue
            rest = [permit for permit in permits if permit.id != permit_id]
            [mine] = [permit for permit in permits if permit.id == permit_id]
            for change in changes(subject, question):
                excused_here = both((change.slower, change.after.permits(mine)))
                yield subject.unexcused(excused_here, change.after, rest)


def _not_known(subject: Subject, question: Question) -> Iterator[Change]:
    yield not_known(subject, question)


def neither(subject: Subject) -> Iterator[Finding]:
    """An answer without a worse side may turn a rule round: a second reader looks at each."""
    for question in subject.protocol.questions:
        if question.worse == "neither" and not question.for_information and _in_rules(subject, question):
            words = f'"{question.ask}" has no worse side ({question.because}), and rules use it'
            yield Finding("review", "neither", question.id, words)


def _in_rules(subject: Subject, question: Question) -> bool:
    return any(
        question.id in subject.names_in(rule.condition)
        for disposition in subject.protocol.dispositions
        for rule in disposition.rules
    )


def _fault(obligation: str, about: str, words: str) -> Finding:
    return Finding("not_proved", obligation, about, words)
