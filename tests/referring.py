"""A desk that refers to another service by a message, and the worker that sends it."""

from datetime import timedelta
from typing import Any

from hub.outbox import Queue
from records.model import HandOver, Task, Timeline
from records.service import take
from tests.desk import Desk, entry, types
from tests.receiver import WHY, Receiver, reachable
from triage.bars_out.model import ReferralSent
from workers import jobs
from workers.bench import set_up
from workers.relay import Relay
from workers.ticker import Ticker


class Room:
    """A desk, the worker of its records queue, and the palliative care team at its own door."""

    def __init__(self, desk: Desk, them: Receiver) -> None:
        self.desk, self.them = desk, them
        self.bench = set_up(desk.hub, "records")
        self.relay = Relay(self.bench, Queue.records, jobs.INSIDE, jobs.OUTSIDE)
        reachable(them.url, desk.hub)
        self.priya = desk.person("Priya Nair")

    def asks(self, **fields: str) -> int:
        call = self.desk.does("/api/calls/new")
        said = {"person_name": "Maureen Doyle", "address": "12 Oak Road", "postcode": "LS8 2AB"} | fields
        types(self.desk, call["call"], *(entry(name, value) for name, value in said.items()))
        self.desk.does(f"/api/calls/{call['call']}/end")
        body = {"service": "palliative_care", "why": WHY}
        self.does(f"/cases/{call['case']}/refer", body)
        return int(call["case"])

    def does(self, path: str, body: Any = None) -> None:
        answer = self.priya.post(f"/api{path}", json=body or {})
        assert answer.status_code == 200, answer.text

    def changes(self, case_id: int, **facts: Any) -> None:
        with self.desk.hub.db.write() as session:
            case = take(session, case_id, self.desk.clock.now())
            for name, value in facts.items():
                setattr(case, name, value)

    def works(self, **by: float) -> None:
        """Time passes, step by step, and the worker does what is due."""
        self.desk.clock.at += timedelta(**by)
        self.desk.clock.machine_ahead += timedelta(**by)
        for _ in range(50):
            if not self.relay.run_due() and not Ticker(self.bench).fire_due():
                return
        raise AssertionError("it goes round in circles")

    @property
    def row(self) -> HandOver:
        row: HandOver = self.desk.rows(HandOver)[0]
        return row

    @property
    def sent(self) -> list[ReferralSent]:
        return self.desk.rows(ReferralSent)

    @property
    def timeline(self) -> str:
        return "\n".join(line.words for line in self.desk.rows(Timeline))

    def words(self) -> list[str]:
        return [task.words for task in self.desk.rows(Task)]
