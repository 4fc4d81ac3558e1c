"""Reads the clauses of a triage protocol that hold conditions: flags, rules, population, exceptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from protocols.condition_file import Scope
from protocols.conditions import asked_by, compile_condition, leaves
from protocols.durations import minutes
from protocols.faults import meant
from protocols.house_file import lines
from protocols.model import (
    AllOf,
    Condition,
    Disposition,
    ExceptionPermit,
    House,
    PlannedPosition,
    Population,
    Question,
    RedFlag,
    Rule,
    Score,
    ScoreAtLeast,
)
from protocols.source import Path, Source

# Stands in where a condition was faulty; the fault has been noted, so the protocol is never used.
_NOTHING: Condition = AllOf(())


@dataclass(frozen=True)
class Clauses:
    """A protocol's clauses; each method notes its faults in the source and returns what it could read."""

    source: Source
    house: House
    questions: Mapping[str, Question]
    scores: Mapping[str, Score] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        return self.source.data

    @property
    def disposition_ids(self) -> tuple[str, ...]:
        return tuple(entry["id"] for entry in self.data["dispositions"])

    def _condition(
        self, data: Any, path: Path, place: str, *, known: bool = False, unknown: bool = False
    ) -> Condition:
        scope = Scope(
            self.source,
            self.questions,
            (),
            known,
            unknown,
            information=unknown,
            place=place,
            scores=self.scores,
            local=self.house.local,
        )
        return scope.read(data, path) or _NOTHING

    def _once(self, seen: set[str], word: str, path: Path, what: str) -> None:
        if word in seen:
            self.source.fault(path, f'a {what} "{word}" stands above; give this one another name')
        seen.add(word)

    def _known_priority(self, word: str, path: Path) -> bool:
        if word not in self.house.rank:
            self.source.fault(path, f'there is no priority "{word}"{meant(word, list(self.house.rank))}')
        return word in self.house.rank

    def red_flags(self) -> tuple[RedFlag, ...]:
        """The red flags, each no laxer than its sign; every sign that the house wants asked must be among them."""
        seen: set[str] = set()
        found: list[RedFlag] = []
        for place, entry in enumerate(self.data["red_flags"]):
            path: Path = ("red_flags", place)
            self._once(seen, entry["flag"], (*path, "flag"), "red flag")
            found.append(self._red_flag(entry, path))
        asked = {flag.sign for flag in found}
        for sign in self.house.every_protocol_asks:
            if sign not in asked:
                message = f'every protocol must ask about "{sign}"; add a red flag with sign: {sign}'
                self.source.fault(("red_flags",), message)
        return tuple(found)

    def _red_flag(self, entry: Mapping[str, Any], path: Path) -> RedFlag:
        name = entry.get("sign")
        sign = self.house.signs.get(name) if name else None
        if name and sign is None:
            message = f'the house has no sign "{name}"{meant(name, list(self.house.signs))}'
            self.source.fault((*path, "sign"), message)
        floor = entry.get("floor", sign.floor if sign else None)
        if floor is None:
            if not name:
                self.source.fault(path, "a red flag needs a floor or a sign that has one; add floor: …")
            floor = self.house.priorities[0].id
        elif self._known_priority(floor, (*path, "floor")) and sign and self._slower(floor, sign.floor):
            message = f'laxer than the house allows for "{name}"; did you mean floor: {sign.floor}?'
            self.source.fault((*path, "floor"), message)
        condition = self._condition(entry["if"], (*path, "if"), "in a red flag")
        about = self._excuses(entry["flag"], condition)
        return RedFlag(
            flag=entry["flag"],
            condition=condition,
            floor=floor,
            sign=name,
            title=entry.get("title", sign.title if sign else entry["flag"].replace("_", " ")),
            words=(sign.words if sign else ()) + lines(entry.get("words")),
            life_threat=bool(sign and sign.life_threat),
            excused_unknown="unknown" in about,
            excused_floor="below_floor" in about,
            test=compile_condition(condition),
        )

    def _slower(self, one: str, other: str) -> bool:
        return self.house.rank.get(one, 0) > self.house.rank.get(other, 0)

    def _excuses(self, flag: str, condition: Condition) -> set[str]:
        """What the exceptions allow about this flag or about a question that it asks."""
        about = {flag} | self._names_in(condition)
        return {entry["allows"] for entry in self.data.get("exceptions", []) if entry["about"] in about}

    def _names_in(self, condition: Condition) -> set[str]:
        """The questions and scores that a condition speaks of, a score's own questions too."""
        asked = asked_by(condition)
        scores = {leaf.score for leaf in leaves(condition) if isinstance(leaf, ScoreAtLeast)}
        return scores | {name for name, question in self.questions.items() if question.index in asked}

    def dispositions(self) -> tuple[Disposition, ...]:
        """The dispositions, most urgent first; exactly one is `otherwise`, and it is the last."""
        seen: set[str] = set()
        rules: set[str] = set()
        found: list[Disposition] = []
        for place, entry in enumerate(self.data["dispositions"]):
            path: Path = ("dispositions", place)
            self._once(seen, entry["id"], (*path, "id"), "disposition")
            if self._known_priority(entry["priority"], (*path, "priority")) and found:
                above = found[-1]
                if self._slower(above.priority, entry["priority"]):
                    message = f'more urgent than "{above.id}" above it ({above.priority}); put the most urgent first'
                    self.source.fault((*path, "priority"), message)
            found.append(self._disposition(entry, path, rules))
        self._check_otherwise(found)
        return tuple(found)

    def _disposition(self, entry: Mapping[str, Any], path: Path, seen: set[str]) -> Disposition:
        read: list[Rule] = []
        for place, rule in enumerate(entry.get("when", [])):
            at = (*path, "when", place)
            self._once(seen, f"{entry['id']}.{rule['rule']}", (*at, "rule"), "rule")
            condition = self._condition(rule["if"], (*at, "if"), "in a rule", known=True)
            read.append(Rule(rule["rule"], condition, compile_condition(condition)))
        if not read and "otherwise" not in entry:
            self.source.fault(path, f'nothing leads to "{entry["id"]}"; add when: […] or otherwise: yes')
        return Disposition(
            id=entry["id"],
            title=entry.get("title", entry["response"]),
            priority=entry["priority"],
            response=entry["response"],
            positions=self._positions(entry.get("positions", []), (*path, "positions")),
            advice=lines(entry.get("advice")),
            ends_call=entry.get("ends_call") == "yes",
            otherwise="otherwise" in entry,
            rules=tuple(read),
            evidence=lines(entry.get("evidence")),
        )

    def _positions(self, data: Sequence[Any], path: Path) -> tuple[PlannedPosition, ...]:
        found = []
        for place, said in enumerate(data):
            kind = said if isinstance(said, str) else said["position"]
            if self.house.positions and kind not in self.house.positions:
                message = f'the house has no position "{kind}"{meant(kind, list(self.house.positions))}'
                self.source.fault((*path, place), message)
            with_999 = not isinstance(said, str) and said.get("with_999") == "yes"
            found.append(PlannedPosition(kind, with_999))
        return tuple(found)

    def _check_otherwise(self, found: Sequence[Disposition]) -> None:
        places = [place for place, disposition in enumerate(found) if disposition.otherwise]
        if not places:
            message = "no disposition stands when no rule fires; add otherwise: yes to the last one"
            self.source.fault(("dispositions",), message)
        for place in places[1:]:
            self.source.fault(
                ("dispositions", place, "otherwise"), "a second otherwise; keep it on the last only"
            )
        if len(places) == 1 and places[0] != len(found) - 1:
            message = "otherwise must stand on the last disposition; move this one to the end"
            self.source.fault(("dispositions", places[0], "otherwise"), message)

    def population(self, dispositions: Sequence[Disposition]) -> tuple[Population, ...]:
        """Whom the protocol is for."""
        ids = [disposition.id for disposition in dispositions]
        found = []
        for place, entry in enumerate(self.data.get("for", [])):
            path: Path = ("for", place)
            condition = self._condition(entry["if"], (*path, "if"), "in for")
            if entry["else"] not in ids:
                message = f'there is no disposition "{entry["else"]}"{meant(entry["else"], ids)}'
                self.source.fault((*path, "else"), message)
            asked = tuple(sorted(asked_by(condition)))
            test = compile_condition(condition)
            found.append(Population(condition, entry["else"], entry["go_to"], asked, test))
        return tuple(found)

    def exceptions(self, flags: Sequence[RedFlag]) -> tuple[ExceptionPermit, ...]:
        """The signed permits; none over a life threat, none below the house's limit."""
        seen: set[str] = set()
        found = []
        for place, entry in enumerate(self.data.get("exceptions", [])):
            path: Path = ("exceptions", place)
            self._once(seen, entry["exception"], (*path, "exception"), "exception")
            self._check_exception(entry, path, flags)
            condition = self._condition(
                entry["if"], (*path, "if"), "in an exception", known=True, unknown=True
            )
            back = entry.get("calls_back")
            found.append(
                ExceptionPermit(
                    id=entry["exception"],
                    allows=cast(Any, entry["allows"]),
                    about=entry["about"],
                    condition=condition,
                    never_below=entry["never_below"],
                    because=entry["because"],
                    who=back["who"] if back else None,
                    within_min=minutes(back["within"]) if back else None,
                    signed=tuple(entry["signed"]),
                )
            )
        return tuple(found)

    def _check_exception(self, entry: Mapping[str, Any], path: Path, flags: Sequence[RedFlag]) -> None:
        about = entry["about"]
        known = [*(flag.flag for flag in flags), *self.questions, *self.scores]
        if about not in known:
            self.source.fault(
                (*path, "about"), f'there is no question, score or red flag "{about}"{meant(about, known)}'
            )
        for flag in flags:
            if flag.life_threat and about in {flag.flag} | self._names_in(flag.condition):
                message = f'"{flag.flag}" is a life threat, and no exception may stand over one; remove it'
                self.source.fault((*path, "about"), message)
        limit = self.house.exception_never_below
        if self._known_priority(entry["never_below"], (*path, "never_below")) and self._slower(
            entry["never_below"], limit
        ):
            message = f"below the house's limit for exceptions; did you mean never_below: {limit}?"
            self.source.fault((*path, "never_below"), message)
        if len({name.strip().casefold() for name in entry["signed"]}) < 2:
            self.source.fault((*path, "signed"), "two different people must sign; add the second name")
        if entry["allows"] == "unknown" and "calls_back" not in entry:
            message = "who finds out what is unknown, and by when? Add calls_back: {who: …, within: …}"
            self.source.fault(path, message)
