"""All that is sent of one protocol, in one file."""

from protocols.exchange.activities import activities
from protocols.exchange.names import BASE, Resource
from protocols.exchange.plan import plan
from protocols.exchange.questionnaire import questionnaire
from protocols.model import House, TriageProtocol


def bundle(protocol: TriageProtocol, house: House, base: str = BASE) -> Resource:
    """Questionnaire, PlanDefinition and ActivityDefinitions as a collection, named by the text and the house's.

    `base` is where the addresses of the definitions begin; it must be the same whenever a place sends, or what it sent
    before is taken for something else.
    """
    resources = [
        questionnaire(protocol, base),
        plan(protocol, house, base),
        *activities(protocol, house, base),
    ]
    return {
        "resourceType": "Bundle",
        "identifier": {"system": f"{base}/bundle", "value": f"{protocol.sha256}.{house.sha256}"},
        "type": "collection",
        "entry": [{"fullUrl": one["url"], "resource": one} for one in resources],
    }
