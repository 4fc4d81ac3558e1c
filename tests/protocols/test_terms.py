"""The prover's terms say of one call what the engine says of it: whole, broken off, corrected, with a record."""

import json
import random

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols import news2
from protocols.engine import UNKNOWN, assess, dropped
from protocols.loader import parse_triage
from protocols.proof.call import World
from protocols.proof.order import _surely_fires
from protocols.proof.outcome import Outcome
from protocols.proof.safety import _with_fact
from protocols.proof.subject import Subject
from tests.protocols import small
from tests.protocols.calls import LIBRARY
from tests.protocols.sound import HOUSE, TEXTS, edited, read

SOUND = {name: (read(text), HOUSE) for name, text in TEXTS.items()}
OF_THE_LIBRARY = {
    name: (LIBRARY.triage[name], LIBRARY.house) for name in ("fall-at-home", "unwell-older-adult")
}
CALLS = 60


def every(protocols):
    return pytest.mark.parametrize(("protocol", "house"), protocols.values(), ids=protocols)


class Told:
    """One call under a protocol: every variable of the prover has its value, and a term is true or it is not."""

    def __init__(self, subject, said, *, reached=None, facts=None):
        self.subject = subject
        solver = z3.Solver()
        for index, reading in enumerate(subject.call.raw):
            self._is(solver, index, reading, said[subject.protocol.questions[index].id])
        for index, reading in (facts or {}).items():
            self._is(solver, index, reading[0], reading[1])
        for index, here in enumerate(subject.call.reached):
            solver.add(here if reached is None or index < reached else z3.Not(here))
        assert solver.check() == z3.sat
        self._model = solver.model()

    def _is(self, solver, index, reading, answer):
        for value, cell in zip(self.subject.call.cells[index].values, reading.cells, strict=True):
            solver.add(cell if value == answer else z3.Not(cell))
        solver.add(reading.unknown if answer == UNKNOWN else z3.Not(reading.unknown))

    def __call__(self, term):
        return term if isinstance(term, bool) else z3.is_true(self._model.eval(term, model_completion=True))

    def ranks(self, outcome):
        """The ranks as which the outcome counts as urgent enough."""
        return {
            rank for rank in range(len(self.subject.house.priorities)) if self(outcome.as_urgent_as(rank))
        }

    def units(self, units):
        """The number that these units say; they are true from the first on."""
        told = [self(unit) for unit in units]
        assert told == sorted(told, reverse=True)
        return sum(told)

    def row(self, row):
        return [self.units(part) for part in row]


def a_call(rng, subject):
    """One answer for each question: mostly mild or worse by a step, often not known."""
    said = {}
    for cells in subject.call.cells:
        mild = [cells.values[cells.mild]] if cells.mild is not None else []
        said[cells.question.id] = rng.choice([*cells.values, *mild * 3, UNKNOWN])
    return said


def as_urgent_as(subject, rank):
    return set(range(rank, len(subject.house.priorities)))


def calls_of(protocol, house, number=CALLS):
    subject, rng = Subject(protocol, house), random.Random(protocol.protocol)
    return subject, rng, [a_call(rng, subject) for _ in range(number)]


@every(SOUND | OF_THE_LIBRARY)
def test_a_whole_call(protocol, house):
    subject, rng, calls = calls_of(protocol, house)
    for said in calls:
        told = Told(subject, said, reached=rng.randint(0, len(said)))  # which says nothing of a whole call
        verdict = assess(protocol, house, said)
        assert told.ranks(subject.outcome) == as_urgent_as(subject, subject.by_rules(verdict))
        assert told(subject.outcome.refused) == (verdict.refusal is not None)
        raised = {flag.flag: flag.certain for flag in verdict.flags}
        for flag in protocol.red_flags:
            assert told(subject.outcome.heard(flag)) == (flag.flag in raised and verdict.refusal is None)
            if verdict.refusal is None:
                assert told(subject.world.value(flag.condition).must) == raised.get(flag.flag, False)
        ruled = {
            one.disposition.id
            for one in verdict.fired
            if not one.rules[0].startswith(("red flag", "unkn", "oth"))
        }
        assert {one.id for one in protocol.dispositions if told(subject.outcome.fired(one))} == ruled
        assert told(subject.outcome.too_many_unknown) == (verdict.unknown_count >= protocol.unknowns.limit)


@every(SOUND | OF_THE_LIBRARY)
def test_a_call_that_breaks_off(protocol, house):
    subject, rng, calls = calls_of(protocol, house)
    prefix = Outcome(house, World(subject.call, unreached="mild"), drop=True)
    for said in calls:
        reached = rng.randint(0, len(said))
        verdict = dropped(protocol, house, dict(list(said.items())[:reached]))
        told = Told(subject, said, reached=reached)
        rank = min(subject.by_rules(verdict), house.rank[protocol.dropped_call.to])
        assert told.ranks(prefix) == as_urgent_as(subject, rank)
        assert told(prefix.refused) == (verdict.refusal is not None)
        raised = {flag.flag: flag.certain for flag in verdict.flags}
        for flag in protocol.red_flags:
            assert told(prefix.heard(flag)) == (flag.flag in raised and verdict.refusal is None)
            if verdict.refusal is None:
                assert told(prefix.world.value(flag.condition).must) == raised.get(flag.flag, False)


@every(SOUND | OF_THE_LIBRARY)
def test_one_answer_otherwise(protocol, house):
    subject, rng, calls = calls_of(protocol, house, 25)
    for said in calls:
        told, [index] = Told(subject, said), rng.sample(range(len(said)), 1)
        name = protocol.questions[index].id
        unknown = subject.otherwise(index, subject.call.not_known(index))
        after = assess(protocol, house, {**said, name: UNKNOWN})
        assert told.ranks(unknown) == as_urgent_as(subject, subject.by_rules(after))
        answer = rng.choice(subject.call.cells[index].values)
        reading = subject.call.anew(index)
        other = subject.otherwise(index, reading)
        changed = Told(subject, said, facts={index: (reading, answer)})
        after = assess(protocol, house, {**said, name: answer})
        assert changed.ranks(other) == as_urgent_as(subject, subject.by_rules(after))
        slower = subject.by_rules(after) > subject.by_rules(assess(protocol, house, said))
        assert changed(other.slower_than(subject.outcome)) == slower
        assert changed(reading.one)


@every(SOUND | OF_THE_LIBRARY)
def test_what_the_record_says(protocol, house):
    subject, rng, calls = calls_of(protocol, house, 25)
    recorded = [one for one in protocol.questions if one.record and one.worse not in ("neither", "by_score")]
    anew = {one.index: subject.call.anew(one.index) for one in recorded}
    changed = {one.index: _with_fact(subject, one, anew[one.index]) for one in recorded}
    after = Outcome(house, World(subject.call, changed, subject.world))
    for said in calls:
        facts = {one.index: rng.choice([*subject.call.cells[one.index].values, UNKNOWN]) for one in recorded}
        told = Told(subject, said, facts={index: (anew[index], fact) for index, fact in facts.items()})
        held = {protocol.questions[index].id: fact for index, fact in facts.items() if fact != UNKNOWN}
        verdict = assess(protocol, house, said, held)
        assert told.ranks(after) == as_urgent_as(subject, subject.by_rules(verdict)), (said, held)


@every({"ill": SOUND["ill"], "tired": SOUND["tired"]} | OF_THE_LIBRARY)
def test_a_score_from_the_least_to_the_most(protocol, house):
    subject, rng, calls = calls_of(protocol, house)
    for said in calls:
        told, verdict = Told(subject, said, reached=rng.randint(0, len(said))), assess(protocol, house, said)
        for score, reading in zip(protocol.scores, verdict.scores, strict=True):
            row = told.row(subject.world.total(score, frozenset()))
            assert row[:2] == [reading.least, reading.most]
            if score.kind == "news2":
                assert row[2:] == [max(ends) for ends in zip(*reading.points.values(), strict=True)]


@every({"ill": SOUND["ill"]})
def test_observations_that_were_not_reached_weigh_nothing(protocol, house):
    subject, rng, calls = calls_of(protocol, house)
    prefix, [score] = World(subject.call, unreached="mild"), protocol.scores
    for said in calls:
        reached = rng.randint(0, len(said))
        heard = {name: said[name] for name in list(said)[:reached] if name in score.questions}
        weighed = news2.weigh({name: None if told == UNKNOWN else told for name, told in heard.items()})
        row = Told(subject, said, reached=reached).row(prefix.total(score, frozenset()))
        assert row == [*weighed.total, *weighed.single]


@every({"ill": SOUND["ill"]})
def test_what_a_part_of_the_chart_weighs(protocol, house):
    subject, _, calls = calls_of(protocol, house)
    [score] = protocol.scores
    for said in calls:
        told = Told(subject, said)
        for index in score.asks:
            name = protocol.questions[index].id
            together = ("spo2", "oxygen", news2.SCALE) if name in ("spo2", "oxygen", news2.SCALE) else (name,)
            weighed = news2.weigh({one: None if said[one] == UNKNOWN else said[one] for one in together})
            expected = [*weighed.total, *weighed.single]
            assert told.row(subject.world.part(score, index)) == expected
            assert (
                told.row(subject.world.total(score, frozenset(score.asks) - _indexes(protocol, together)))
                == expected
            )


def _indexes(protocol, names):
    return {protocol.by_id[name].index for name in names}


def ends_if(condition):
    """The sore leg, where this ends the call; its flag asks the same, so that no floor is held beside the rules."""
    rule, flag = "{rule: pours, if: {blood: pours}}", "{flag: pours, if: {blood: pours}, sign: bleeding}"
    asked = flag.replace("{blood: pours}", condition if "known" not in condition else "{breath: no}")
    return edited(TEXTS["leg"], (rule, rule.replace("{blood: pours}", condition)), (flag, asked))


ENDING = {
    "by one answer": TEXTS["leg"],
    "by two": ends_if("{all: [{blood: pours}, {hot: yes}]}"),
    "by either of two": ends_if("{any: [{blood: pours}, {hot: yes}]}"),
    "by what is not": ends_if("{not: {blood: dry}}"),
    "by neither of two": ends_if("{not: {any: [{blood: dry}, {hot: no}]}}"),
    "by not both of two": ends_if("{not: {all: [{blood: dry}, {hot: no}]}}"),
    "by what is surely so": ends_if("{known: {blood: pours}}"),
    "by what is not surely so": ends_if("{not: {known: {blood: dry}}}"),
    "by what is surely two": ends_if("{all: [{known: {blood: pours}}, {known: {hot: yes}}]}"),
    "by a clinician": edited(
        TEXTS["leg"],
        ("    ends_call: yes\n", ""),
        ("clinician rings back\n", "clinician rings back\n    ends_call: yes\n"),
    ),
}


@pytest.mark.parametrize("text", ENDING.values(), ids=ENDING)
def test_what_ends_a_call_is_sure_where_the_engine_asks_only_for_more_urgent_flags(text):
    protocol, asking_on = read(text), read(edited(text, ("    ends_call: yes\n", "")))
    subject, rng, calls = calls_of(protocol, HOUSE, 150)
    world = World(subject.call, unreached="mild")
    ending = [one for one in protocol.dispositions if one.ends_call]
    ended = 0
    for said in calls:
        reached = rng.randint(0, len(said))
        heard = dict(list(said.items())[:reached])
        told = Told(subject, said, reached=reached)
        sure = [HOUSE.rank[one.priority] for one in ending if told(_surely_fires(subject, one, world))]
        verdict = assess(protocol, HOUSE, heard)
        if verdict.refusal is not None:
            continue
        limit = min(sure, default=len(HOUSE.priorities))
        feeds = protocol.feeds
        open_still = [one.id for one in assess(asking_on, HOUSE, heard).still]
        expected = [name for name in open_still if not sure or feeds[protocol.by_id[name].index] < limit]
        assert [one.id for one in verdict.still] == expected, (heard, sure)
        ended += bool(sure)
    assert 0 < ended < len(calls)


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(small.protocols(), st.integers(0, 1000))
def test_random_protocols_and_random_calls(data, seed):
    protocol = parse_triage(json.dumps(data), "random.yaml", small.HOUSE)
    subject, rng = Subject(protocol, small.HOUSE), random.Random(seed)
    prefix = Outcome(small.HOUSE, World(subject.call, unreached="mild"), drop=True)
    for _ in range(5):
        said = a_call(rng, subject)
        reached = rng.randint(0, len(said))
        told = Told(subject, said, reached=reached)
        whole = assess(protocol, small.HOUSE, said)
        assert told.ranks(subject.outcome) == as_urgent_as(subject, subject.by_rules(whole))
        broken = dropped(protocol, small.HOUSE, dict(list(said.items())[:reached]))
        rank = min(subject.by_rules(broken), small.HOUSE.rank[protocol.dropped_call.to])
        assert told.ranks(prefix) == as_urgent_as(subject, rank)
