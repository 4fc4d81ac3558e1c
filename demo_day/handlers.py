"""Call handlers, one call after the other: what is typed, asked and answered, at the pace of speech."""

import random
import uuid
from collections.abc import Mapping

from dashboard.demo import AREAS
from demo_day.day import Day
from demo_day.person import Person
from protocols.model import UNKNOWN, Answer, Question, TriageProtocol

TYPING_S, ASKING_S = 6.0, 7.0
SELDOM, OFTEN = 0.01, 0.3
"""How often an answer is another than the mildest: where a life may hang on it, and elsewhere."""
FRONT = "front"
"""It leads to the others; a handler of this day knows already which it is."""
FIRST = ("Maureen", "Arthur", "Edith", "Walter", "Joan", "Harold", "Betty", "Ernest", "Doris", "Frank")
LAST = ("Doyle", "Webb", "Hughes", "Khan", "Brown", "Patel", "Ward", "Nowak", "Evans", "Shaw")


class Handler(Person):
    def __init__(
        self, url: str, name: str, password: str, protocols: Mapping[str, TriageProtocol], day: Day
    ) -> None:
        super().__init__(url, name, password)
        self.protocols = {name: one for name, one in protocols.items() if name != FRONT}
        self.day = day
        self.chance = random.Random(day.chance.random())

    def take_call(self) -> None:
        """From "new call" to the end of it, whatever the answers come to."""
        begun = self.insist("/api/calls/new", {})
        if begun.status_code != 200:
            return
        call, case = begun.json()["call"], begun.json()["case"]
        name = self.chance.choices(
            list(self.protocols), [4 if p == "fall-at-home" else 2 for p in self.protocols]
        )[0]
        for field, value in self._about(name).items():
            self.day.think(TYPING_S * self.chance.uniform(0.3, 1.2))
            entry = {"id": str(uuid.uuid4()), "field": field, "value": value}
            self.insist(f"/api/calls/{call}/typed", {"entries": [entry]})
        self._triage(case, self.protocols[name])
        self.insist(f"/api/calls/{call}/end", {})
        self.day.count("calls")

    def _about(self, protocol: str) -> dict[str, str]:
        """Numbers are from the range kept for drama; no two people live at the same door."""
        area, ending = self.chance.choice(list(AREAS)), "".join(self.chance.choices("ABDEFGHJ", k=2))
        return {
            "number": f"07700 900{self.chance.randint(600, 999)}",
            "postcode": f"{area} {self.chance.randint(1, 9)}{ending}",
            "address": f"{self.chance.randint(1, 250)} Oak Road",
            "caller_name": f"{self.chance.choice(FIRST)} {self.chance.choice(LAST)}",
            "person_name": f"{self.chance.choice(FIRST)} {self.chance.choice(LAST)}",
            "need": self.protocols[protocol].need or "other",
            "dependants": "nobody",
        }

    def _triage(self, case: int, protocol: TriageProtocol) -> None:
        begun = self.insist(f"/api/cases/{case}/assessments", {"protocol": protocol.protocol})
        if begun.status_code != 200:
            return
        view = begun.json()["view"]
        for _ in range(len(protocol.questions) + 1):
            if view["takes_over"]:  # a red flag: 999 is asked for at once, the caller dials
                self.insist(f"/api/assessments/{view['assessment']}/999", {"dialled_by": "caller"})
                break
            question = protocol.by_id.get(view["next_question"])
            if question is None:
                break
            self.day.think(ASKING_S * self.chance.uniform(0.4, 1.5))
            body = {
                "question": question.id,
                "answer": self._says(protocol, question),
                "id": str(uuid.uuid4()),
            }
            answered = self.insist(f"/api/assessments/{view['assessment']}/answer", body)
            if answered.status_code != 200:
                break
            view = answered.json()["view"]
        self.insist(f"/api/assessments/{view['assessment']}/finish", {"dialled_by": "caller"})

    def _says(self, protocol: TriageProtocol, question: Question) -> Answer:
        """Mostly what is mildest; seldom a danger or "not known", often something else where no life hangs on it."""
        how = self.chance.random()
        mildest = question.mildest or question.mild
        if how < SELDOM:
            return UNKNOWN
        worse = OFTEN if not protocol.life_threat[question.index] else SELDOM
        if question.answers and mildest is not None and not question.observation and how > 1 - worse:
            return self.chance.choice(question.answers)
        if mildest is not None:
            return mildest
        if question.answers:
            return question.answers[0]
        low, high = question.range or (0, 120)
        return round(low + (high - low) * self.chance.random() ** 3)


def work(handler: Handler, pause_s: float, day: Day) -> None:
    """`pause_s`: how long this handler waits between two calls on average, in seconds of the day."""
    while not day.no_more_calls.is_set():
        handler.take_call()
        day.no_more_calls.wait(handler.chance.expovariate(1 / pause_s) / day.speed)
