"""What follows from the answers, as a FHIR PlanDefinition over the Questionnaire's response.

Each red flag and each rule is an action with the condition under which it counts, in the order of the protocol. Where
FHIRPath has no words for a condition it stands in plain ones (`text/plain`), so that nobody reckons with half of it.
"""

from collections.abc import Callable, Sequence

from protocols.exchange.fhirpath import NotSayable, any_of, may, must, negated
from protocols.exchange.limits import not_said
from protocols.exchange.names import (
    TERMINOLOGY,
    Resource,
    expression,
    head,
    present,
    priority_concept,
    request_priority,
    with_version,
)
from protocols.model import Condition, Disposition, House, Population, RedFlag, Rule, TriageProtocol
from protocols.said import capital, said


def plan(protocol: TriageProtocol, house: House, base: str) -> Resource:
    """Who it is for, its red flags, dispositions, the limit of what is not known, and a dropped call."""
    return _Plan(protocol, house, base).definition()


class _Plan:
    def __init__(self, protocol: TriageProtocol, house: House, base: str) -> None:
        self.protocol = protocol
        self.house = house
        self.base = base

    def definition(self) -> Resource:
        kind = {"coding": [{"system": f"{TERMINOLOGY}/plan-definition-type", "code": "clinical-protocol"}]}
        asked = with_version(self.protocol, self.base, "Questionnaire")
        return {
            **head(self.protocol, self.base, "PlanDefinition"),
            **present(
                type=kind,
                description=self._description(),
                relatedArtifact=[{"type": "depends-on", "resource": asked}, *_cited(self.protocol.evidence)],
                action=[*self._groups(), self._unknowns(), self._dropped()],
            ),
        }

    def _description(self) -> str:
        population = [f"For: {said(one.condition, self.protocol)}." for one in self.protocol.population]
        left = [f"- {one}" for one in not_said(self.protocol)]
        return "\n".join([*population, "Not said here in a form that can be run:", *left])

    def _groups(self) -> list[Resource]:
        """All that holds counts; of the dispositions the first that does is the answer."""
        groups = {
            "Whom it is not for": [self._outside(one) for one in self.protocol.population],
            "Red flags": [self._flag(one) for one in self.protocol.red_flags],
            "Dispositions, the most urgent first": [
                self._disposition(one) for one in self.protocol.dispositions
            ],
        }
        return [
            {
                "title": title,
                "groupingBehavior": "logical-group",
                "selectionBehavior": "any",
                "action": actions,
            }
            for title, actions in groups.items()
            if actions
        ]

    def _outside(self, population: Population) -> Resource:
        words = f"It is not certain that this holds: {said(population.condition, self.protocol)}"
        return {
            "title": f"Outside this protocol: {population.go_to}",
            "condition": [self._applies(lambda: negated(must(population.condition, self.protocol)), words)],
            "definitionCanonical": self._activity(population.otherwise),
        }

    def _flag(self, flag: RedFlag) -> Resource:
        floor = self.house.priority(flag.floor).label
        return present(
            id=flag.flag,
            title=flag.title,
            description=f"Nothing slower than {floor}.{' A threat to life.' if flag.life_threat else ''}",
            textEquivalent=" ".join(flag.words),
            priority=request_priority(self.house, flag.floor),
            code=[priority_concept(self.house, flag.floor, self.base)],
            condition=[self._may(flag.condition)],
        )

    def _disposition(self, disposition: Disposition) -> Resource:
        actions = [self._rule(rule, disposition) for rule in disposition.rules]
        if disposition.otherwise:
            actions.append(self._otherwise(disposition))
        return present(
            id=disposition.id,
            title=disposition.title,
            description=disposition.response,
            textEquivalent=" ".join(disposition.advice),
            priority=request_priority(self.house, disposition.priority),
            code=[priority_concept(self.house, disposition.priority, self.base)],
            documentation=_cited(disposition.evidence),
            groupingBehavior="logical-group",
            selectionBehavior="at-most-one",
            action=actions,
        )

    def _rule(self, rule: Rule, disposition: Disposition) -> Resource:
        return {
            "id": f"{disposition.id}.{rule.rule}",
            "title": capital(rule.rule.replace("_", " ")),
            "condition": [self._may(rule.condition)],
            "definitionCanonical": self._activity(disposition.id),
        }

    def _otherwise(self, disposition: Disposition) -> Resource:
        rules = [rule.condition for one in self.protocol.dispositions for rule in one.rules]
        return {
            "id": f"{disposition.id}.otherwise",
            "title": "Otherwise",
            "condition": [
                self._applies(
                    lambda: negated(any_of(may(one, self.protocol) for one in rules)),
                    "No rule holds or may hold",
                )
            ],
            "definitionCanonical": self._activity(disposition.id),
        }

    def _unknowns(self) -> Resource:
        limit = self.protocol.unknowns
        words = f"{limit.limit} questions or more are not known; all observations of one score count once"
        return self._in_words("Too much is not known", limit.to, words)

    def _dropped(self) -> Resource:
        dropped = self.protocol.dropped_call
        found = self._in_words(
            "The call drops", dropped.to, "The line drops before the questions are finished"
        )
        return {**found, "textEquivalent": f"{capital(dropped.who)} within {dropped.within_min} min."}

    def _in_words(self, title: str, priority: str, words: str) -> Resource:
        return {
            "title": title,
            "description": f"Nothing slower than {self.house.priority(priority).label}.",
            "priority": request_priority(self.house, priority),
            "code": [priority_concept(self.house, priority, self.base)],
            "condition": [_plain(words)],
        }

    def _may(self, condition: Condition) -> Resource:
        words = f"Unless it is known not to be so: {said(condition, self.protocol)}"
        return self._applies(lambda: may(condition, self.protocol), words)

    def _applies(self, text: Callable[[], str], words: str) -> Resource:
        try:
            return {"kind": "applicability", "expression": expression(text(), words)}
        except NotSayable:
            return _plain(words)

    def _activity(self, disposition: str) -> str:
        return with_version(self.protocol, self.base, "ActivityDefinition", disposition)


def _plain(words: str) -> Resource:
    return {"kind": "applicability", "expression": {"language": "text/plain", "expression": words}}


def _cited(evidence: Sequence[str]) -> list[Resource]:
    return [{"type": "citation", "citation": words} for words in evidence]
