"""A triage protocol as a JSON Decision Model, so that zen-engine can be asked the same as our engine.

One row for each way in which a rule, a red flag's floor or the population can fire, the most urgent first; a rule of
`any` is several rows, and so is a number that may be not known. A cell takes an answer that is not known too, unless
the rule says `known`. A question that does not apply is taken away before. The because of a row is the list of its
questions. What zen-engine is not asked for: what to ask next, whether the call is finished, the because in words, the
words of a sign, and which positions stand.
"""

import json
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import zen

from protocols.model import (
    UNKNOWN,
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    House,
    Known,
    OneOf,
    Question,
    RedFlag,
    TriageProtocol,
)

Cells = dict[str, str]
"""By question id, the test that its answer must pass; a question that is not there may be anything."""


class Jdm:
    """The protocol, compiled once by zen-engine."""

    def __init__(self, protocol: TriageProtocol, house: House) -> None:
        self.protocol, self.house = protocol, house
        self._otherwise = protocol.dispositions[-1].id
        content = zen.ZenDecisionContent(json.dumps(self._graph()))
        self._decision = zen.ZenEngine().create_decision(content)

    def decide(self, answers: dict[str, Answer]) -> tuple[str, list[str]]:
        """The disposition's id, and the names of what fired, the most urgent first."""
        rows: Any = self._decision.evaluate(answers)["result"]
        return (rows[0]["to"] if rows else self._otherwise), [row["rule"] for row in rows]

    def _graph(self) -> dict[str, Any]:
        nodes = [
            {"id": "call", "name": "call", "type": "inputNode", "content": {}},
            {"id": "applies", "name": "applies", "type": "expressionNode", "content": self._applies()},
            {"id": "fires", "name": "fires", "type": "decisionTableNode", "content": self._table()},
            {"id": "verdict", "name": "verdict", "type": "outputNode", "content": {}},
        ]
        ids = [str(node["id"]) for node in nodes]
        edges = [
            {"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"}
            for one, other in pairwise(ids)
        ]
        return {"nodes": nodes, "edges": edges}

    def _applies(self) -> dict[str, Any]:
        """Takes away what does not apply, then counts what is not known."""
        said = {question.id: question.id for question in self.protocol.questions}
        lines = []
        for question in self.protocol.questions:
            if question.ask_if is not None:
                gate = self._open(question.ask_if, said)
                lines.append((question.id, f"{gate} ? {question.id} : null"))
                said[question.id] = f"$.{question.id}"
        counted = [said[question.id] for question in self.protocol.questions if not question.for_information]
        lines.append(("not_known", f"count([{', '.join(counted)}], # == '{UNKNOWN}')"))
        return {
            "expressions": [{"id": key, "key": key, "value": value} for key, value in lines],
            "passThrough": True,
        }

    def _open(self, gate: Condition, said: dict[str, str]) -> str:
        """A gate as an expression: not false, so long as nothing rules it out."""
        if not isinstance(gate, OneOf | AtLeast):
            raise TypeError(f"a gate of this kind is not translated: {gate}")
        question = self.protocol.questions[gate.index]
        name = said[question.id]
        if isinstance(gate, AtLeast):
            beyond = f"({name} == '{UNKNOWN}' or {name} >= {gate.bound:g})"
            return f"({name} != null and {beyond})" if question.ask_if else f"({name} == null or {beyond})"
        closed = [answer for answer in question.answers if answer not in gate.answers]
        return f"({name} not in [{', '.join(map(repr, closed))}])"

    def _table(self) -> dict[str, Any]:
        names = [*(question.id for question in self.protocol.questions), "not_known"]
        inputs = [{"id": f"in_{name}", "name": name, "field": name} for name in names]
        outputs = [{"id": f"out_{name}", "name": name, "field": name} for name in ("to", "rule", "because")]
        rank = self.house.rank
        ranks = {one.id: rank[one.priority] for one in self.protocol.dispositions}
        found = sorted(self._rows(), key=lambda row: ranks[row[0]])
        rows = [
            {
                "_id": f"row{place}",
                **{f"in_{name}": cells.get(name, "") for name in names},
                "out_to": json.dumps(to),
                "out_rule": json.dumps(rule),
                "out_because": json.dumps(list(cells)),
            }
            for place, (to, rule, cells) in enumerate(found)
        ]
        return {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rows}

    def _rows(self) -> Iterator[tuple[str, str, Cells]]:
        protocol = self.protocol
        refused: list[Cells] = []
        for clause in protocol.population:
            [way] = self._ways(clause.condition, known=True)
            [(name, cell)] = way.items()
            outside = [answer for answer in protocol.by_id[name].answers if f'"{answer}"' not in cell]
            words = [f'"{answer}"' for answer in (*outside, UNKNOWN)]
            yield clause.otherwise, f"not for: {clause.go_to}", {name: ", ".join(words)}
            refused.append({name: f"$ not in [{', '.join(words[:-1])}]"})
        inside = {name: cell for way in refused for name, cell in way.items()}
        for disposition in protocol.dispositions:
            for rule in disposition.rules:
                for way in self._ways(rule.condition):
                    yield disposition.id, rule.rule, {**way, **inside}
        for flag in protocol.red_flags:
            yield from self._floor(flag, inside)
        limit = protocol.unknowns
        yield self._first(limit.to), "unknowns", {"not_known": f">= {limit.limit}"}

    def _floor(self, flag: RedFlag, inside: Cells) -> Iterator[tuple[str, str, Cells]]:
        """A red flag's own floor; what an exception excuses is the rules' alone."""
        if not flag.excused_floor:
            for way in self._ways(flag.condition, known=flag.excused_unknown):
                yield (
                    self._first(flag.floor),
                    f"red flag: {flag.flag}",
                    way if flag.life_threat else {**way, **inside},
                )

    def _first(self, priority: str) -> str:
        return next(one.id for one in self.protocol.dispositions if one.priority == priority)

    def _ways(self, condition: Condition, *, known: bool = False) -> Iterator[Cells]:
        """The rows that together say the condition; each asks a question once."""
        match condition:
            case AllOf(parts=parts):
                for chosen in product(*(list(self._ways(part, known=known)) for part in parts)):
                    yield {name: cell for way in chosen for name, cell in way.items()}
            case AnyOf(parts=parts):
                for part in parts:
                    yield from self._ways(part, known=known)
            case Known(part=part):
                yield from self._ways(part, known=True)
            case OneOf() | AtLeast() | AtMost():
                question = self.protocol.questions[condition.index]
                for cell in _cells(question, condition, known=known):
                    yield {question.id: cell}
            case _:
                raise TypeError(f"a condition of this kind is not translated: {condition}")


def _cells(question: Question, leaf: OneOf | AtLeast | AtMost, *, known: bool) -> Iterator[str]:
    """One test, or for a number two: zen-engine gives up a row that compares a word with a number."""
    if isinstance(leaf, OneOf):
        words = [*leaf.answers, *([] if known else [UNKNOWN])]
        mild = ["null"] if question.mildest in leaf.answers else []
        yield ", ".join([*(f'"{word}"' for word in words), *mild])
        return
    sign = ">=" if isinstance(leaf, AtLeast) else "<="
    yield f"$ != null and $ != '{UNKNOWN}' and $ {sign} {leaf.bound:g}"
    if not known:
        yield f'"{UNKNOWN}"'
