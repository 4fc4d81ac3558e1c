"""Looks for a call with Z3, makes it as mild as it can be, and tells what was said in it."""

from dataclasses import dataclass
from itertools import islice

import z3

from protocols.model import UNKNOWN, Answer
from protocols.proof.call import Call, Reading
from protocols.proof.terms import Term

TIMEOUT_MS = 30_000
"""For one question to Z3; each takes a few milliseconds."""


class Undecided(Exception):
    """Z3 gave up: neither a proof nor a call."""


@dataclass(frozen=True)
class Found:
    """A call as Z3 found it. `said` is what each question was answered, asked or not; `other` the same of primed
    variables, by question; `reached` how many questions were asked before the line dropped."""

    said: dict[str, Answer]
    other: dict[str, Answer]
    reached: int

    @property
    def before_it_ended(self) -> dict[str, Answer]:
        """What was said until then, in the order in which it was asked."""
        return dict(islice(self.said.items(), self.reached))


class Search:
    """One solver for all questions about one call."""

    def __init__(self, call: Call, *also: Term) -> None:
        self.call = call
        self._solver = z3.SimpleSolver()
        self._solver.set("timeout", TIMEOUT_MS)
        self._solver.add(*call.always, *also)

    def possible(self, wanted: Term) -> bool:
        """Whether there is such a call. Raises Undecided."""
        return wanted if isinstance(wanted, bool) else self._check([wanted])

    def mildest(self, wanted: Term, readings: dict[int, Reading] | None = None) -> Found | None:
        """Such a call, with as little wrong in it as can be; None if there is none.

        `readings` have their own cells; of facts that nobody needs to hold, none is held.
        """
        if wanted is False:
            return None
        asked: list[z3.BoolRef] = [] if wanted is True else [wanted]
        if not self._check(asked):
            return None
        model = self._solver.model()
        for one, reading in zip(self.call.cells, self.call.raw, strict=True):
            wishes = [reading.cells[one.mild]] if one.mild is not None else []
            for wish in (*wishes, z3.Not(reading.unknown)):
                if z3.is_true(model.eval(wish, model_completion=True)):
                    asked.append(wish)
                    break
                if self._check([*asked, wish]):
                    asked.append(wish)
                    model = self._solver.model()
                    break
        for reading in (readings or {}).values():
            if not isinstance(reading.unknown, bool) and self._check([*asked, reading.unknown]):
                asked.append(reading.unknown)
                model = self._solver.model()
        for reached in reversed(self.call.reached):
            if self._check([*asked, z3.Not(reached)]):
                asked.append(z3.Not(reached))
                model = self._solver.model()
            else:
                break
        return self._told(model, readings or {})

    def _check(self, asked: list[z3.BoolRef]) -> bool:
        answer = self._solver.check(*asked)
        if answer == z3.unknown:
            raise Undecided(self._solver.reason_unknown())
        return bool(answer == z3.sat)

    def _told(self, model: z3.ModelRef, readings: dict[int, Reading]) -> Found:
        def holds(term: Term) -> bool:
            return term if isinstance(term, bool) else z3.is_true(model.eval(term, model_completion=True))

        def answer(index: int, reading: Reading) -> Answer:
            values = self.call.cells[index].values
            said = (value for value, cell in zip(values, reading.cells, strict=True) if holds(cell))
            return next(said, UNKNOWN)

        name = [question.id for question in self.call.protocol.questions]
        return Found(
            {name[index]: answer(index, reading) for index, reading in enumerate(self.call.raw)},
            {name[index]: answer(index, reading) for index, reading in readings.items()},
            sum(holds(one) for one in self.call.reached),
        )
