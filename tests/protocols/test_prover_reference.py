"""The prover against trying every call on the engine: what it finds is there, and what is there it finds."""

import json
from functools import cached_property
from itertools import product

from hypothesis import HealthCheck, assume, given, settings

from protocols.engine import UNKNOWN, assess, dropped
from protocols.loader import parse_triage
from protocols.proof.prover import prove
from protocols.proof.subject import Subject
from tests.protocols.small import BAND, CHOICES, HOUSE, MOST, PRIORITIES, names_in, protocols

COMPARED = ("total", "floor", "hidden", "monotone", "unknown", "record", "dropped")


class EveryCall:
    """Every possible call of a protocol, each assessed by the engine; what its exceptions say, read from the data."""

    def __init__(self, data, protocol):
        self.data, self.protocol = data, protocol
        self.questions = data["questions"]
        self.names = [one["id"] for one in self.questions]
        self.points = {one["score"]: points_of(one, self.questions) for one in data.get("scores", [])}
        self.flags = {one["flag"]: one for one in data["red_flags"]}
        self.floors = {flag.flag: HOUSE.rank[flag.floor] for flag in protocol.red_flags}

    @cached_property
    def verdicts(self):
        said = product(*([*answers_of(one), UNKNOWN] for one in self.questions))
        return {call: assess(self.protocol, HOUSE, dict(zip(self.names, call, strict=True))) for call in said}

    @cached_property
    def ranks(self):
        return {call: self.rank(verdict) for call, verdict in self.verdicts.items()}

    def rank(self, verdict, *others):
        """By rules, population and the limit of unknowns: floors are what is proved."""
        ranks = [HOUSE.rank[word] for word in others]
        if verdict.by_rules is not None:
            ranks.append(HOUSE.rank[verdict.by_rules.priority])
        if verdict.unknown_count >= self.data["unknowns"]["limit"]:
            ranks.append(HOUSE.rank[self.data["unknowns"]["to"]])
        return min(ranks, default=len(PRIORITIES))

    def reads(self, call, *, gates=True):
        """What each question may be answered by a call or by its beginning; nothing where nobody asks and none is
        mildest. With it the questions that are not known."""
        found, unsure = {}, set()
        for question, answer in zip(
            self.questions, [*call, *[None] * (len(self.names) - len(call))], strict=True
        ):
            asked = not gates or "ask_if" not in question or self.value(question["ask_if"], found, set()) != 0
            if answer is None or not asked:
                found[question["id"]] = mildest(question)
            elif answer == UNKNOWN:
                found[question["id"]] = set(answers_of(question))
                unsure.add(question["id"])
            else:
                found[question["id"]] = {answer}
        return found, unsure

    def value(self, condition, reads, unsure):
        """Kleene's value as 0, 1 (may be) or 2, straight from the data."""
        [(key, said)] = condition.items()
        if key in ("all", "any"):
            return (min if key == "all" else max)(self.value(part, reads, unsure) for part in said)
        if key == "not":
            return 2 - self.value(said, reads, unsure)
        if key == "known":
            return 2 if self.value(said, reads, unsure) == 2 else 0
        if key == "unknown":
            return 2 * any(name in unsure for name in self.points.get(said, [said]))
        if key in self.points:
            each = [[points[answer] for answer in reads[name]] for name, points in self.points[key].items()]
            least, most = sum(map(min, each)), sum(map(max, each))
            return 2 if least >= said["at_least"] else int(most >= said["at_least"])
        held = {holds(said, answer) for answer in reads[key]}
        return 0 if True not in held else 1 if False in held else 2

    def excused(self, names, allowed, call, rank, *, certain=False):
        """Whether an exception about one of these excuses this outcome of this call."""
        return any(
            permit["about"] in names
            and permit["allows"] in allowed
            and not (certain and permit["allows"] == "unknown")
            and self.value(permit["if"], *self.reads(call)) == 2
            and rank <= HOUSE.rank[permit["never_below"]]
            for permit in self.data["exceptions"]
        )

    def speaks_of(self, flag):
        names = names_in(self.flags[flag]["if"])
        return {flag} | names

    def around(self, name):
        scores = {score for score, points in self.points.items() if name in points}
        return {name} | scores | {flag for flag, one in self.flags.items() if name in names_in(one["if"])}

    def late(self, call, verdict, rank):
        """The red flags that a verdict answers too late."""
        for raised in verdict.flags:
            if verdict.refusal is None and rank > self.floors[raised.flag]:
                names = self.speaks_of(raised.flag)
                if not self.excused(names, ("unknown", "below_floor"), call, rank, certain=raised.certain):
                    yield raised.flag

    def found(self):
        """Every obligation that is violated, and about what; of the record only that it is."""
        for call, verdict in self.verdicts.items():
            yield from (("floor", flag) for flag in self.late(call, verdict, self.ranks[call]))
            yield from (("hidden", flag) for flag in self.hidden(call, verdict))
            if self.ranks[call] >= len(PRIORITIES):
                yield "total", "random"
        for length in range(len(self.names) + 1):
            for call in product(*([*answers_of(one), UNKNOWN] for one in self.questions[:length])):
                verdict = dropped(self.protocol, HOUSE, dict(zip(self.names, call, strict=False)))
                rank = self.rank(verdict, self.protocol.dropped_call.to)
                yield from (("dropped", flag) for flag in self.late(call, verdict, rank))
        yield from (about for about, unexcused in self.changes.items() if unexcused)
        if self.record():
            yield "record", ""

    def hidden(self, call, verdict):
        raised = {flag.flag for flag in verdict.flags}
        for flag, one in self.flags.items():
            unseen = verdict.refusal is None and flag not in raised and self.ranks[call] > self.floors[flag]
            if unseen and self.value(one["if"], *self.reads(call, gates=False)) == 2:
                yield flag

    @cached_property
    def changes(self):
        """Every obligation on one answer that some call violates, and whether no exception excuses one of them."""
        found = {}
        for call, rank in self.ranks.items():
            for place, question in enumerate(self.questions):
                if call[place] == UNKNOWN:
                    continue
                for answer in [*answers_of(question), UNKNOWN]:
                    other = (*call[:place], answer, *call[place + 1 :])
                    if self.ranks[other] <= rank:
                        continue
                    if answer != UNKNOWN and not is_worse(question, call[place], answer):
                        continue
                    if "ask_if" in question and self.value(question["ask_if"], *self.reads(call)) == 0:
                        continue
                    allowed = "unknown" if answer == UNKNOWN else "slower"
                    about = ("unknown" if answer == UNKNOWN else "monotone"), question["id"]
                    names = self.around(question["id"])
                    found[about] = found.get(about) or not self.excused(
                        names, (allowed,), other, self.ranks[other]
                    )
        return found

    def record(self):
        recorded = [one for one in self.questions if one.get("record")]
        for call, before in self.ranks.items():
            answers = dict(zip(self.names, call, strict=True))
            for facts in product(*([*answers_of(one), UNKNOWN] for one in recorded)):
                record = {
                    one["id"]: fact for one, fact in zip(recorded, facts, strict=True) if fact != UNKNOWN
                }
                if record and self.rank(assess(self.protocol, HOUSE, answers, record)) > before:
                    return True
        return False


def points_of(score, questions):
    """By question and answer; a count gives one for the worse side."""
    worse = {one["id"]: one["worse"] for one in questions}
    counted = {
        name: {answer: int(answer == worse[name]) for answer in ("yes", "no")}
        for name in score.get("counts", ())
    }
    return counted | score.get("points", {})


def answers_of(question):
    return {"yes_no": ["yes", "no"], "choice": CHOICES}.get(question["kind"], list(range(MOST + 1)))


def mildest(question):
    worse = question["worse"]
    if worse == "neither":
        return set()
    if question["kind"] == "choice":
        return {CHOICES[0]}
    if question["kind"] == "yes_no":
        return {"no" if worse == "yes" else "yes"}
    return {sum(BAND) / 2 if isinstance(worse, dict) else 0 if worse == "higher" else MOST}


def holds(said, answer):
    if isinstance(said, str):
        return answer == said
    if isinstance(said, list):
        return answer in said
    [(word, bound)] = said.items()
    if bound in CHOICES:
        return CHOICES.index(answer) >= CHOICES.index(bound)
    number = int(bound.split()[0])
    return answer >= number if word == "at_least" else answer <= number


def is_worse(question, answer, other):
    """Whether the other answer is the worse one. Of numbers outside a band: further out on the same side."""
    match question["worse"]:
        case "neither":
            return False
        case "last":
            return CHOICES.index(other) > CHOICES.index(answer)
        case "higher":
            return other > answer
        case "lower":
            return other < answer
        case {"outside": [low, high]}:
            return (other < low and other < answer <= high) or (other > high and other > answer >= low)
        case worse:
            return other == worse


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(protocols())
def test_the_prover_finds_what_every_call_shows_and_nothing_else(data):
    assume(any(one["worse"] != "neither" for one in data["questions"]))
    protocol = parse_triage(json.dumps(data), "random.yaml", HOUSE)
    findings = prove(protocol, HOUSE).findings
    assert not [one for one in findings if "does not agree" in one.words or one.kind == "undecided"]
    every = EveryCall(data, protocol)
    proved = {
        (one.obligation, "" if one.obligation == "record" else one.about)
        for one in findings
        if one.obligation in COMPARED
    }
    assert proved == set(every.found()), json.dumps(data, indent=1)
    subject = Subject(protocol, HOUSE)
    for question in protocol.questions:
        assert not (subject.form.rises(question) and ("monotone", question.id) in every.changes)
        assert not (subject.form.opens(question) and ("unknown", question.id) in every.changes)
