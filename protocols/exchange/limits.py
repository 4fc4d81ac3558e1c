"""What FHIR's Questionnaire, PlanDefinition and ActivityDefinition cannot say of a protocol, named in plain words.

Whoever runs what we send, without this hub, must know what it would then be without.
"""

from collections.abc import Iterator

from protocols.model import TriageProtocol


def not_said(protocol: TriageProtocol) -> tuple[str, ...]:
    """Only what this protocol uses; the most weighty first."""
    return (*_deciding(protocol), *_asking(protocol))


def _deciding(protocol: TriageProtocol) -> Iterator[str]:
    yield (
        "Three values. A rule fires unless it is known to be false; each condition here is written out so that it "
        "comes to that, and does not say whether it is certain."
    )
    yield (
        "The first disposition that holds is the answer, and the positions of all that hold stand, each at its own "
        "priority; an action here stands for itself."
    )
    if protocol.red_flags:
        yield (
            "The floor of a red flag holds whatever the rules say; here it is the flag's priority and a sentence."
        )
    if protocol.population:
        yield "Outside its population the protocol refuses, names where to turn, and still hears threats to life."
    yield f"The limit of what is not known ({protocol.unknowns.limit}), as more than words."
    yield "What is done if the line drops at any point, as more than words."
    for one in protocol.exceptions:
        yield f'The exception "{one.id}": who signed it, and who rings back.'
    for score in protocol.scores:
        if score.kind == "news2":
            yield (
                f"{score.title}, an interval over what was not taken: each condition on it stands in words, and "
                "so does whatever needs all rules together."
            )
        else:
            yield f"{score.title} as a score of its own: conditions on it add its points up themselves."
    if any(one.ends_call for one in protocol.dispositions):
        yield (
            "That no more questions are asked once a disposition that ends the call is certain, "
            "but for what can show a more urgent red flag."
        )
    if any(position.with_999 for one in protocol.dispositions for position in one.positions):
        yield "That a position may go before a clinician's word while 999 is on its way, other than as a sentence."


def _asking(protocol: TriageProtocol) -> Iterator[str]:
    questions = protocol.questions
    yield "Which answer to a question is the worse one."
    yield "That a question which can change nothing any more is not asked, and reads as its mildest answer."
    if any(question.record for question in questions):
        yield "That the shared record may answer a question, in the worse direction only, and for how long."
    if any(question.observation for question in questions):
        yield "That an observation which cannot be true is read back, kept, and counts as the worst."
    if any(question.for_information for question in questions):
        yield "That no rule may use a question which is asked for information."
    if any(question.step for question in questions):
        yield "The steps in which a number is given."
    if any(question.means for question in questions):
        yield "Each answer as half a sentence, from which explanations are made."
    if protocol.examples:
        yield "The examples, and what is counted of its use."
