"""What is not the same in two versions of a protocol, in sentences: what changes for whom. Pure.

These read the two texts. Which calls come to another priority is found by the prover (`protocols.proof.comparison`),
and how many past cases would have by running them again (`triage.replays`).
"""

from collections.abc import Iterator

from protocols.difference import PARTS, Difference, Way, label, paired, sayings, way
from protocols.differences_asked import about, in_exceptions, in_questions
from protocols.faults import listed
from protocols.model import Condition, Disposition, House, TriageProtocol
from protocols.said import alternatives, capital, covers, named, said, shape

__all__ = ["PARTS", "Difference", "differences"]


def differences(before: TriageProtocol, after: TriageProtocol, house: House) -> tuple[Difference, ...]:
    """All of them, part by part; within each what makes somebody wait longer comes first."""
    found = [
        *_Dispositions(before, after, house).all(),
        *_flags(before, after, house),
        *in_questions(before, after),
        *in_exceptions(before, after, house),
        *about(before, after, house),
    ]
    return tuple(sorted(found, key=lambda one: one.place))


_Road = tuple[Condition, Disposition]


class _Dispositions:
    """Where calls end, by which rules, who is sent and what is said."""

    def __init__(self, before: TriageProtocol, after: TriageProtocol, house: House) -> None:
        self.before, self.after, self.house = before, after, house

    def all(self) -> Iterator[Difference]:
        old = {one.id: one for one in self.before.dispositions}
        gone, new, both = paired(old, {one.id: one for one in self.after.dispositions})
        for one in new:
            yield Difference("priority", "other", f"New: {self._title(one)}.")
            yield from self._words(one, (), one.advice)
        for one in gone:
            yield Difference("priority", "other", f"Gone: {self._title(one)}.")
        for was, one in both:
            yield from self._changed(was, one)
        yield from self._rules()

    def _changed(self, was: Disposition, one: Disposition) -> Iterator[Difference]:
        rank = self.house.rank
        if was.priority != one.priority:
            slowed = way(rank[was.priority], rank[one.priority])
            words = f"“{one.title}” is {self._label(one)} now; before, {self._label(was)}."
            yield Difference("priority", slowed, words)
        if was.title != one.title:
            yield Difference("words", "other", f"“{was.title}” is now called “{one.title}”.")
        if was.response != one.response:
            yield Difference("words", "other", f"{self._title(one)}: the response is “{one.response}”.")
        if was.ends_call != one.ends_call:
            ends = "no more questions are asked" if one.ends_call else "the questions go on"
            yield Difference("questions", "other", f"After {self._title(one)} {ends} now.")
        if was.positions != one.positions:
            words = f"{self._title(one)} sends {self._who(one)} now; before, {self._who(was)}."
            yield Difference("positions", "other", words)
        yield from self._words(one, was.advice, one.advice)

    def _words(
        self, one: Disposition, before: tuple[str, ...], after: tuple[str, ...]
    ) -> Iterator[Difference]:
        yield from sayings(f"With {self._title(one)}", before, after)

    def _rules(self) -> Iterator[Difference]:
        gone, fresh, _ = paired(self._roads(self.before), self._roads(self.after))
        for road, was in [(one, other) for one in fresh for other in gone]:
            if was in gone and road in fresh and (found := self._moved(was, road) or self._bent(was, road)):
                yield found
                gone.remove(was)
                fresh.remove(road)
        for condition, to in fresh:
            covered = self._covered(condition, to, self.before)
            leads = "now also leads to" if covered else "now leads to"
            words = f"{capital(said(condition, self.after))}: {leads} {self._title(to)}."
            yield Difference("priority", "other" if covered else "faster", words)
        for condition, to in gone:
            words = f"{capital(said(condition, self.before))}: leads to {self._title(to)} no longer"
            if self._covered(condition, to, self.after):
                yield Difference("priority", "other", f"{words} by itself; another rule is as urgent.")
            else:
                yield Difference("priority", "slower", f"{words}.")

    def _moved(self, was: _Road, now: _Road) -> Difference | None:
        """The same answers lead elsewhere."""
        if shape(was[0]) != shape(now[0]):
            return None
        slowed = way(self.house.rank[was[1].priority], self.house.rank[now[1].priority])
        words = f"{capital(said(now[0], self.after))}: now leads to {self._title(now[1])}; before, to"
        return Difference("priority", slowed, f"{words} {self._title(was[1])}.")

    def _bent(self, was: _Road, now: _Road) -> Difference | None:
        """The same questions lead to the same place by other answers."""
        if was[1].id != now[1].id or named(was[0]) != named(now[0]):
            return None
        slowed: Way = "faster" if covers(now[0], was[0]) else "slower" if covers(was[0], now[0]) else "other"
        words = f"To {self._title(now[1])} leads now: {said(now[0], self.after)}. Before: {said(was[0], self.before)}."
        return Difference("priority", slowed, words)

    def _covered(self, condition: Condition, to: Disposition, protocol: TriageProtocol) -> bool:
        rank = self.house.rank
        return any(
            covers(wide, condition) and rank[there.priority] <= rank[to.priority]
            for wide, there in self._roads(protocol).values()
        )

    def _roads(self, protocol: TriageProtocol) -> dict[str, _Road]:
        """Each condition that leads somewhere by itself; whom several places send are sent together."""
        return {
            repr((shape(one), disposition.id)): (one, disposition)
            for disposition in protocol.dispositions
            for rule in disposition.rules
            for one in alternatives(rule.condition)
        }

    def _title(self, one: Disposition) -> str:
        return f"“{one.title}” ({self._label(one)})"

    def _label(self, one: Disposition) -> str:
        return self.house.priority(one.priority).label

    def _who(self, one: Disposition) -> str:
        titles = [
            f"{self.house.position(planned.kind).title}{' beside 999' if planned.with_999 else ''}"
            for planned in one.positions
        ]
        return listed(titles, "and") if titles else "nobody"


def _flags(before: TriageProtocol, after: TriageProtocol, house: House) -> Iterator[Difference]:
    gone, new, both = paired(
        {one.flag: one for one in before.red_flags}, {one.flag: one for one in after.red_flags}
    )
    for one in gone:
        words = f"“{one.title}” is no longer a red flag ({said(one.condition, before)})."
        yield Difference("red flags", "slower", words)
    for one in new:
        words = f"New: “{one.title}” ({said(one.condition, after)}): at least {label(house, one.floor)}."
        yield Difference("red flags", "faster", words)
        yield from sayings(f"At “{one.title}”", (), one.words)
    for was, one in both:
        if was.floor != one.floor:
            slowed = way(house.rank[was.floor], house.rank[one.floor])
            words = (
                f"“{one.title}” is at least {label(house, one.floor)} now; before, {label(house, was.floor)}."
            )
            yield Difference("red flags", slowed, words)
        if shape(was.condition) != shape(one.condition):
            words = (
                f"“{one.title}” is now: {said(one.condition, after)}. Before: {said(was.condition, before)}."
            )
            yield Difference("red flags", "other", words)
        if was.life_threat != one.life_threat:
            yield Difference(
                "red flags",
                "faster" if one.life_threat else "slower",
                f"“{one.title}” is {'a' if one.life_threat else 'no longer a'} threat to life, heard for everybody.",
            )
        yield from sayings(f"At “{one.title}”", was.words, one.words)
