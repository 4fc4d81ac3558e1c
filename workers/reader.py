"""The process that reads from record servers. Whoever is asked after is a row; each server has threads of its own, so
that one that hangs holds up nobody else's read, nor another server's."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial

from hub.record_servers import RecordServer
from records.fhir.read_facts import READERS
from records.fhir.read_patient import Patient
from records.people.rules import Who
from records.reading.model import ReadState
from workers import reads
from workers.app import Pulse
from workers.bench import Bench
from workers.breaker import Breaker
from workers.fhir import Fault, FhirClient, RecordError
from workers.fhir_reading import BUDGET_S, Gathering, Outcome, Pages, failed, find, kind_of
from workers.reads import Claimed

log = logging.getLogger(__name__)
LOOK_S, ALONE_S, IDLE_S, TIDY_EVERY_S = 0.1, 1.0, 1.0, 3600.0
SHOW_AFTER_S = 0.5
"""What has come by then is shown, where the rest takes longer."""
CALLERS, ASKERS = 8, 24
"""People read at once from one server, and asks that are on their way to it."""
Tell = Callable[[Outcome], None]
May = Callable[[Patient], bool]
Done = Callable[[bool, Outcome | None], None]
"""Whether some of it is worth another try; and what has not been told yet, where that is all that is to be said."""


class ServerReader:
    """One server: its threads, its clients, and what is known of its state."""

    def __init__(self, server: RecordServer, machine: Callable[[], datetime], budget_s: float) -> None:
        self.server, self._machine, self._budget_s = server, machine, budget_s
        self._breaker = Breaker(machine)
        self._alone_until: datetime | None = None
        self._callers = ThreadPoolExecutor(CALLERS, f"read-{server.name}")
        self._askers = ThreadPoolExecutor(ASKERS, f"ask-{server.name}")
        self._own = threading.local()
        self._clients: list[FhirClient] = []

    def start(self, who: Who, may: May, tell: Tell, done: Done) -> None:
        until = time.monotonic() + self._budget_s
        self._callers.submit(self._run, who, until, may, tell, done)

    def close(self) -> None:
        for pool in (self._callers, self._askers):
            pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients:
            client.close()

    def _run(self, who: Who, until: float, may: May, tell: Tell, done: Done) -> None:
        is_short, untold = False, None
        try:
            outcome = self._read(who, until, may, tell)
            is_short = outcome.fault and bool(outcome.unread)
            self._learn(outcome)
            if outcome.state is ReadState.failed:
                untold = outcome
            else:
                tell(outcome)
        except Exception:
            log.error("read_fault", exc_info=True, extra={"where": self.server.name})
            untold = Outcome(ReadState.failed, "a fault of this hub's own; it is written down")
        finally:
            done(is_short, untold)

    def _read(self, who: Who, until: float, may: May, tell: Tell) -> Outcome:
        try:
            self._must_be_askable(until)
            found = find(self._client(), until, who)
            if isinstance(found, Outcome):
                return found
            if not may(found[1]):
                return Outcome(ReadState.objected)
            return self._kinds(Gathering(*found), until, tell)
        except RecordError as error:
            log.warning("record_server", extra={"where": self.server.name, "status": error.status})
            return failed(error)

    @property
    def left_alone(self) -> RecordError | None:
        """Why nobody may ask it just now."""
        machine = self._machine()
        if self._alone_until is not None and machine < self._alone_until:
            wait_s = (self._alone_until - machine).total_seconds()
            return RecordError(Fault.changed, "it has asked to be left alone for a while", wait_s=wait_s)
        if wait_s := self._breaker.shut_for_s:
            why = "it has not answered lately, and is left alone for a while"
            return RecordError(Fault.changed, why, wait_s=wait_s)
        return None

    def _must_be_askable(self, until: float) -> None:
        if error := self.left_alone:
            raise error
        if time.monotonic() >= until:
            raise RecordError(Fault.changed, "it has not answered others in time, so nobody asked it now")

    def _kinds(self, gathering: Gathering, until: float, tell: Tell) -> Outcome:
        waiting: dict[Future[Pages], str] = {
            self._askers.submit(self._ask, until, kind, gathering): kind for kind in READERS
        }
        show_at = time.monotonic() + SHOW_AFTER_S
        while waiting and (left_s := until - time.monotonic()) > 0:
            soon_s = max(show_at - time.monotonic(), 0.0) if show_at else left_s
            done, _ = wait(waiting, timeout=min(left_s, soon_s), return_when=FIRST_COMPLETED)
            for one in done:
                self._came(gathering, waiting.pop(one), one)
            if waiting and show_at and time.monotonic() >= show_at:
                show_at = 0.0
                tell(gathering.outcome())
        for one in [one for one in waiting if not one.cancel() and one.done()]:
            self._came(gathering, waiting.pop(one), one)  # it came with the end of the time
        if waiting:
            gathering.errors.append(RecordError(Fault.later, "it did not answer in time"))
        outcome = gathering.outcome()
        if len(outcome.unread) == len(READERS) and gathering.errors:
            return failed(gathering.errors[0])  # who they are, and nothing of them
        return outcome

    def _ask(self, until: float, kind: str, gathering: Gathering) -> Pages:
        return kind_of(self._client(), until, kind, gathering.patient)

    def _came(self, gathering: Gathering, kind: str, one: Future[Pages]) -> None:
        try:
            gathering.came(kind, one.result())
        except RecordError as error:
            gathering.errors.append(error)

    def _learn(self, outcome: Outcome) -> None:
        """One person's read is one fault, however many of its asks failed side by side."""
        if outcome.wait_s is not None and outcome.fault:
            self._alone_until = self._machine() + timedelta(seconds=outcome.wait_s)
        if outcome.fault:
            self._breaker.failed()
        elif outcome.state is not ReadState.failed:
            self._breaker.answered()

    def _client(self) -> FhirClient:
        """This thread's own. It never leaves the server alone by itself: that is decided once for all threads."""
        client: FhirClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = FhirClient(self.server, self._machine)
            self._clients.append(client)
        client.breaker = Breaker(self._machine)
        return client


class Reader:
    """Takes up whoever is asked after, and puts down what each server says as it comes."""

    def __init__(self, bench: Bench, budget_s: float = BUDGET_S) -> None:
        self.bench = bench
        machine = bench.hub.clock.machine
        read_from = [one for one in bench.hub.record_servers if one.reads]
        self.servers = [ServerReader(one, machine, budget_s) for one in read_from]
        self._lock = threading.Condition()
        self._open: dict[int, tuple[int, bool]] = {}

    def rest(self, most_s: float) -> bool:
        """Wait until nobody is being read any more."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._open, most_s)

    def look(self) -> int:
        """Whoever waits is claimed, and each server set to work. Returns how many."""
        if not self.servers:
            return 0
        claimed = reads.claim(self.bench)
        alone = {one.server.name: failed(error) for one in self.servers if (error := one.left_alone)}
        if claimed and len(alone) == len(self.servers):
            reads.over(self.bench, claimed, alone)
            return len(claimed)
        for ask in claimed:
            with self._lock:
                self._open[ask.token] = (len(self.servers), False)
            for server in self.servers:
                may = partial(reads.may_read, self.bench, ask)
                tells, done = self._tells(ask, server.server), partial(self._one_less, ask, server.server)
                server.start(ask.who, may, tells, done)
        return len(claimed)

    @property
    def look_again_in_s(self) -> float:
        """While no server may be asked nothing comes of looking sooner, and each look that finds somebody writes."""
        if not self.servers:
            return IDLE_S
        return LOOK_S if any(one.left_alone is None for one in self.servers) else ALONE_S

    def close(self) -> None:
        for server in self.servers:
            server.close()

    def _tells(self, ask: Claimed, server: RecordServer) -> Tell:
        return lambda outcome: reads.told(self.bench, ask, server, outcome)

    def _one_less(self, ask: Claimed, server: RecordServer, is_short: bool, untold: Outcome | None) -> None:
        """Told before it counts as ended, or another server could end the asking without knowing of it."""
        with self._lock:
            is_last = self._open[ask.token][0] == 1
        try:
            if untold and not is_last:
                reads.told(self.bench, ask, server, untold)
        finally:
            self._ended(ask, is_short, {server.name: untold} if untold and is_last else {})

    def _ended(self, ask: Claimed, is_short: bool, untold: Mapping[str, Outcome]) -> None:
        with self._lock:
            left, short = self._open[ask.token]
            left, short = left - 1, short or is_short
            self._open[ask.token] = (left, short)
        if left == 0:
            try:
                reads.over(self.bench, [ask], untold, short=short)
            finally:
                with self._lock:
                    del self._open[ask.token]
                    self._lock.notify_all()


def run(bench: Bench, stop: threading.Event, budget_s: float = BUDGET_S) -> None:
    """Until told to stop."""
    reader = Reader(bench, budget_s)
    pulse = Pulse(bench, bench.hub.settings.beat_file)
    tidy_at = 0.0
    while not stop.is_set():
        pulse.beat()
        try:
            reader.look()
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + TIDY_EVERY_S
                reads.forget_old(bench)
        except Exception:
            log.error("reader_fault", exc_info=True)
            stop.wait(IDLE_S)
        stop.wait(reader.look_again_in_s)
    reader.rest(budget_s)
    reader.close()
    pulse.goodbye()
