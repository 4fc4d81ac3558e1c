"""What is done about a call, as terms: rules, population and the limit of unknowns. Floors are what is proved."""

from dataclasses import dataclass, field
from functools import cached_property

from protocols.model import Disposition, ExceptionPermit, House, Population, RedFlag, Rule
from protocols.proof.call import World
from protocols.proof.terms import Term, at_least, both, either, never, same


@dataclass
class Outcome:
    """What is done in one world. A `drop` is a call that ends where the world's reached questions end."""

    house: House
    world: World
    drop: bool = False
    base: "Outcome | None" = None
    _urgent: dict[int, Term] = field(default_factory=dict)
    _fired: dict[str, Term] = field(default_factory=dict)

    @cached_property
    def refused(self) -> Term:
        """Whether the protocol is not for this person."""
        seen = self._open if self.drop else self.world
        return either(never(seen.value(one.condition).may) for one in self.world.call.protocol.population)

    @cached_property
    def _open(self) -> World:
        return World(self.world.call, self.world.changed, unreached="any")

    def fires(self, rule: Rule) -> Term:
        """Whether the rule is not false, of somebody whom the protocol is for."""
        return both((never(self.refused), self.world.value(rule.condition).may))

    def fired(self, disposition: Disposition) -> Term:
        """Whether this disposition stands: a rule that is not false, or a population that is not true."""
        if disposition.id not in self._fired:
            rules = either(self.world.value(rule.condition).may for rule in disposition.rules)
            elses = either(
                self._else(one)
                for one in self.world.call.protocol.population
                if one.otherwise == disposition.id
            )
            self._fired[disposition.id] = either((both((never(self.refused), rules)), elses))
        return self._fired[disposition.id]

    def _else(self, population: Population) -> Term:
        if not self.drop:
            return never(self.world.value(population.condition).must)
        seen = self._open.value(population.condition)
        asked = both(
            either((self.world.call.reached[index], never(self._open.asked(index))))
            for index in population.questions
        )
        return either((never(seen.may), both((asked, never(seen.must)))))

    def as_urgent_as(self, rank: int) -> Term:
        """Whether what is done is of this rank or a more urgent one."""
        if rank not in self._urgent:
            self._urgent[rank] = self._as_urgent_as(rank)
        return self._urgent[rank]

    def _as_urgent_as(self, rank: int) -> Term:
        ranks, protocol = self.house.rank, self.world.call.protocol
        parts: list[Term] = []
        for disposition in protocol.dispositions:
            if ranks[disposition.priority] <= rank:
                parts.append(self.fired(disposition))
                if disposition.otherwise:
                    parts.append(both((never(self.refused), self._whole)))
        if ranks[protocol.unknowns.to] <= rank:
            parts.append(self.too_many_unknown)
        if self.drop and ranks[protocol.dropped_call.to] <= rank:
            return True
        return either(parts)

    @cached_property
    def _whole(self) -> Term:
        """Whether everything was asked: a call that drops before has no otherwise, `dropped_call` stands for it."""
        if not self.drop:
            return True
        call = self.world.call
        return both(
            either((call.reached[question.index], never(self.world.asked(question.index))))
            for question in call.protocol.questions
        )

    @cached_property
    def too_many_unknown(self) -> Term:
        """Whether the limit of unknowns is reached; all observations of a score count once."""
        limit = self.world.call.protocol.unknowns.limit
        if self.base is None:
            return at_least(self.unknown, limit)
        if not self._recounted:
            return self.base.too_many_unknown
        return self._reached(self.unknown)

    @cached_property
    def _recounted(self) -> set[int]:
        """The places of `unknown` that are another term than in `base`."""
        pairs = zip(self.unknown, self.base.unknown, strict=True) if self.base is not None else ()
        return {place for place, (here, there) in enumerate(pairs) if not same(here, there)}

    def _reached(self, unknown: list[Term]) -> Term:
        """The limit, counted apart in what is the same in `base` and in what is not: Z3 does not count well."""
        limit = self.world.call.protocol.unknowns.limit
        alike = [term for place, term in enumerate(unknown) if place not in self._recounted]
        recounted = [unknown[place] for place in self._recounted]
        return either(
            both((at_least(alike, limit - some), at_least(recounted, some))) for some in range(limit + 1)
        )

    @cached_property
    def _counts_agree(self) -> Term:
        """Both ways to count come to the same in `base`. It follows; said aloud, it need not be found out."""
        if self.base is None or not self._recounted:
            return True
        return either((never(self.base.too_many_unknown), self._reached(self.base.unknown)))

    @cached_property
    def unknown(self) -> list[Term]:
        """What may count towards the limit, each whether it is not known."""
        groups: dict[str, list[Term]] = {}
        for question in self.world.call.protocol.questions:
            if not question.for_information:
                unknown = self.world.readings[question.index].unknown
                groups.setdefault(question.score or question.id, []).append(unknown)
        return [either(group) for group in groups.values()]

    def slower_than(self, other: "Outcome") -> Term:
        """Whether this is a less urgent outcome than the other."""
        slower = either(
            both((other.as_urgent_as(rank), never(self.as_urgent_as(rank)))) for rank in self.ranks
        )
        return both((slower, self._counts_agree))

    @property
    def ranks(self) -> list[int]:
        """Every rank that can come of the protocol."""
        protocol, ranks = self.world.call.protocol, self.house.rank
        words = {disposition.priority for disposition in protocol.dispositions}
        return sorted(ranks[word] for word in (*words, protocol.unknowns.to, protocol.dropped_call.to))

    def heard(self, flag: RedFlag) -> Term:
        """Whether a red flag that may be true is for the rules to answer: after a refusal the engine holds the floor
        of a life threat by itself, and hears no other."""
        return both((self.world.value(flag.condition).may, never(self.refused)))

    def permits(self, permit: ExceptionPermit) -> Term:
        """Whether a signed exception excuses this outcome."""
        return both(
            (self.world.value(permit.condition).must, self.as_urgent_as(self.house.rank[permit.never_below]))
        )
