"""What a clinician reads of a proof: one sentence, and the shortest call that shows it."""

import pytest

from protocols.engine import UNKNOWN, assess
from protocols.proof.findings import Finding
from protocols.proof.prover import prove
from protocols.proof.subject import Subject
from tests.protocols.planted import table
from tests.protocols.sound import HOUSE, LEG, edited, read

PLANTED = {row.name: row for row in table("planted_defects")}
CHANGES = {"monotone", "unknown"}


def found(row):
    findings = prove(read(row.text), HOUSE).findings
    return next(one for one in findings if (one.obligation, one.about) == (row.finds, row.about))


SLOW_RULE = 'the rule "slow" of "a nurse comes today"'
SENTENCES = {
    "no rule for a flag": 'the red flag "Bleeding" is true, and words is slower than its floor, now',
    "known on a life threat": 'the red flag "Not breathing as usual" may be true, and words is slower than its '
    "floor, now",
    "a gate too narrow": 'the red flag "A head injury" is true and nobody asks: a gate hides it, and words is slower '
    "than its floor, now",
    "a worse side mixed up": '"On a blood thinner?" worsens from yes to no: ring becomes words',
    "a number the wrong way": '"For how many hours?" worsens from 0 h to 144 h: hour becomes words',
    "known hides a flag": '"Hot to touch?" changes from yes to not known: hour becomes words',
    "a fact against not": 'the record says "On a blood thinner?" yes: day becomes words',
    "two facts together": 'the record says "On a blood thinner?" yes, "How many steps?" 0 steps: day becomes words',
    "covered only by otherwise": 'the line drops after "How many steps?": the red flag "still" may be true, and '
    "words is slower than its floor, day",
    "a visit ends the call": '"a nurse comes" ends the call before the red flag "A head injury" was asked for, whose '
    "floor is now",
    "the age first": 'somebody whom this is not for is sent to "the children\'s line" before the red flag '
    '"Not breathing as usual" was asked for: ask about threats to life first',
    "a rule against its gate": f"{SLOW_RULE} can never fire: remove or correct it",
    "a rule that contradicts itself": f"{SLOW_RULE} can never be true, and fires only where something is not known: "
    "its conditions contradict each other; correct it",
    "the same rule twice": 'the rule "again" of "a nurse comes" fires only where another rule of it does: it changes '
    "nothing; remove or correct it",
    "an otherwise that never stands": '"words" stands when nothing else does, and something else always does: '
    "remove it",
    "a rule under a faster one": f"{SLOW_RULE} fires only where a more urgent disposition stands, and adds nobody "
    "there: remove or correct it",
    "a flag that is never true": 'the red flag "clot" can never be true: correct it',
    "a question that nothing uses": '"Side?" changes nothing, however it is answered: remove it, use it, or mark it '
    "for_information: yes",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence(name):
    assert found(PLANTED[name]).words == SENTENCES[name]


FOR_REVIEW = {
    "a question without a worse side in a rule": [
        ("neither", "side", '"Side?" has no worse side (name), and rules use it'),
    ],
    "a slower disposition that adds somebody": [
        (
            "shadowed",
            "lift.stuck",
            'the rule "stuck" of "a lifter comes" fires only where a more urgent disposition stands; '
            "it adds lifter there",
        ),
    ],
}


@pytest.mark.parametrize("name", FOR_REVIEW)
def test_what_no_proof_can_say_is_for_review(name):
    [row] = [row for row in table("unusual") if row.name == name]
    told = [(one.obligation, one.about, one.words) for one in prove(read(row.text), HOUSE).findings]
    assert told == FOR_REVIEW[name]


def test_a_call_is_printed_without_what_is_mild_in_it():
    text = edited(PLANTED["no rule for a flag"].text, ("  - {id: side", "  - {id: sides"))
    assert str(found_in(text, "floor", "pours")).splitlines()[:3] == [
        'NOT PROVED (floor): the red flag "Bleeding" is true, and words is slower than its floor, now',
        "    Bleeding?     pours",
        "    18 or over?   yes",
    ]
    assert str(found_in(text, "floor", "pours")).endswith(
        "\n    (every other question: mildest, or not applicable)"
    )
    assert (
        str(Finding("warning", "exception", "thin", "it is not needed"))
        == "WARNING (exception): it is not needed"
    )


def test_a_rank_that_is_slower_than_all_is_nothing():
    subject = Subject(read(LEG), HOUSE)
    assert [subject.title(rank) for rank in range(6)] == ["now", "ring", "hour", "day", "words", "nothing"]


def found_in(text, obligation, about):
    return next(
        one for one in prove(read(text), HOUSE).findings if (one.obligation, one.about) == (obligation, about)
    )


FLOORS = [row for row in PLANTED.values() if row.finds == "floor" and "exception" not in str(row.edits)]


@pytest.mark.parametrize("row", FLOORS, ids=str)
def test_the_call_of_a_floor_is_as_mild_as_it_can_be(row):
    """No answer of it can be made mild, or known, and still show the fault."""
    protocol, said = read(row.text), found(row).call.answers
    subject, [flag] = Subject(protocol, HOUSE), [one for one in protocol.red_flags if one.flag == row.about]

    def shows(answers):
        verdict = assess(protocol, HOUSE, answers)
        return (
            flag.flag in [one.flag for one in verdict.flags]
            and subject.by_rules(verdict) > HOUSE.rank[flag.floor]
            and verdict.refusal is None
        )

    assert shows(said)
    for question in protocol.questions:
        if said[question.id] != question.mildest and question.worse != "neither":
            assert not shows({**said, question.id: question.mildest}), question.id
        if said[question.id] == UNKNOWN:
            cells = subject.call.cells[question.index].values
            assert not any(shows({**said, question.id: value}) for value in cells), question.id


@pytest.mark.parametrize("row", [row for row in PLANTED.values() if row.finds in CHANGES], ids=str)
def test_the_call_of_a_change_names_what_changes(row):
    """The two answers stand in the sentence, and each of the rest is mild unless the fault needs it."""
    protocol, finding = read(row.text), found(row)
    subject, question = Subject(protocol, HOUSE), protocol.by_id[row.about]
    said = dict(finding.call.answers)
    others = [one for one in subject.call.cells[question.index].values if one != said[question.id]]

    def slower(answers, answer):
        before, after = (
            assess(protocol, HOUSE, each) for each in (answers, {**answers, question.id: answer})
        )
        return subject.by_rules(after) > subject.by_rules(before)

    assert any(slower(said, other) for other in ([UNKNOWN] if row.finds == "unknown" else others))
    assert all(answer != UNKNOWN for answer in said.values())
    assert set(said) == set(protocol.by_id)


EXCEPTIONS = {
    "unknown": ("lasts", "{unknown: lasts}"),
    "slower": ("thinner", "{thinner: yes}"),
    "below_floor": ("clot", "{thinner: yes}"),
}


@pytest.mark.parametrize("allows", EXCEPTIONS)
def test_an_exception_that_excuses_nothing_is_only_a_warning(allows):
    about, condition = EXCEPTIONS[allows]
    permit = f"""exceptions:
  - exception: needless
    allows: {allows}
    about: {about}
    if: {condition}
    never_below: hour
    because: it was needed once
    calls_back: {{who: caller, within: 20 min}}
    signed: [A. One, B. Two]
unknowns:"""
    proof = prove(read(edited(LEG, ("unknowns:", permit))), HOUSE)
    told = [one for one in proof.findings if one.obligation == "exception"]
    assert [one.words for one in told] == [
        'the exception "needless" is not needed: nothing would be found without it; remove it'
    ]
    assert proof.holds
    assert [one.kind for one in told] == ["warning"]
