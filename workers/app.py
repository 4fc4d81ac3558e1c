"""The worker processes, put together: one RQ worker for one queue, or the ticker. All say that they live."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from hub import beats
from hub.outbox import Queue
from workers import heads, jobs, keeping, responsibility, watchdog
from workers.bench import Bench
from workers.relay import Relay
from workers.ticker import Ticker

log = logging.getLogger(__name__)
TICK_S = 0.2
SWEEP_EVERY_S = 1.0
WATCH_EVERY_S = 60.0
TIDY_EVERY_S = 3600.0
CHAIN_EVERY_S = 5.0
RESPONSIBLE_EVERY_S = 10.0
REDIS_WAIT_S = 5.0


class Pulse:
    """A process says that it lives: to its supervisor by a file, to the watchdog by a row; and between two pieces of
    work it keeps up with the protocols. Called from the very loop that does the work, so that a stuck loop is silent;
    what takes long says `alive` at every step of its own (`Bench.alive`)."""

    def __init__(self, bench: Bench, beat_file: Path | None) -> None:
        self._bench, self._file = bench, beat_file
        self._next_touch = self._next_row = 0.0

    def beat(self) -> None:
        self.alive()
        self._bench.keep_up()

    def alive(self) -> None:
        """Never inside a write."""
        at = time.monotonic()
        if self._file is not None and at >= self._next_touch:
            self._file.touch()
            self._next_touch = at + 0.5
        if at >= self._next_row:
            self._next_row = at + beats.BEAT_EVERY.total_seconds()
            hub = self._bench.hub
            with hub.db.write() as session:
                beats.beat(session, self._bench.name, hub.clock.machine())

    def goodbye(self) -> None:
        with self._bench.hub.db.write() as session:
            beats.goodbye(session, self._bench.name)


class Carrier(SimpleWorker):
    """RQ carries effects' numbers; while Redis is away the same work is taken straight from the outbox."""

    exponential_backoff_factor = 1.0
    max_connection_wait_time = 0.5
    pulse: Pulse
    relay: Relay
    _next_heartbeat = 0.0

    @property
    def dequeue_timeout(self) -> int:
        return 1  # so that the pulse goes on while there is nothing to do

    def execute_job(self, job: Job, queue: RqQueue) -> None:
        """Without RQ's own bookkeeping of each job, which takes as long as the work: the outbox knows what is done, and
        brings back what is not."""
        job.perform()
        with self.connection.pipeline(transaction=False) as pipe:
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.delete(job.key)
            pipe.execute()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """RQ asks for one before and after each job; one a second is enough."""
        self.pulse.beat()
        if time.monotonic() < self._next_heartbeat:
            return
        self._next_heartbeat = time.monotonic() + 1
        try:
            super().heartbeat(timeout, pipeline=pipeline)
        except RedisError:
            self._next_heartbeat = 0.0
            self.relay.run_due()
            raise


def work(bench: Bench, queue: Queue, stop: threading.Event) -> None:
    """Serve one queue until told to stop. Redis may come and go."""
    relay = Relay(bench, queue, jobs.INSIDE, jobs.OUTSIDE)
    jobs.use(relay)
    pulse = Pulse(bench, bench.hub.settings.beat_file)
    bench.alive = pulse.alive
    while not stop.is_set():
        pulse.beat()
        try:
            _serve(bench, queue, relay, pulse, stop)
        except RedisError:
            log.warning("redis_away", extra={"queue": queue.value})
            relay.run_due()
            time.sleep(0.2)
    pulse.goodbye()


def _serve(bench: Bench, queue: Queue, relay: Relay, pulse: Pulse, stop: threading.Event) -> None:
    redis = Redis.from_url(
        bench.hub.settings.redis,
        socket_timeout=REDIS_WAIT_S,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    redis.ping()
    carrier = Carrier([RqQueue(queue.value, connection=redis, serializer=JSONSerializer)], connection=redis)
    carrier.serializer = JSONSerializer
    carrier.pulse, carrier.relay = pulse, relay
    carrier.work(logging_level="WARNING")
    if carrier._stop_requested:
        stop.set()


def tick(bench: Bench, stop: threading.Event) -> None:
    """Run the ticker until told to stop."""
    ticker = Ticker(bench)
    pulse = Pulse(bench, bench.hub.settings.beat_file)
    rounds: list[tuple[float, Callable[[], object]]] = [
        (TICK_S, ticker.fire_due),
        (SWEEP_EVERY_S, ticker.sweep),
        (SWEEP_EVERY_S, ticker.look_for_others),
        (CHAIN_EVERY_S, ticker.lay_chain),
        (bench.hub.settings.audit_every_s, lambda: heads.publish(bench)),
        (RESPONSIBLE_EVERY_S, lambda: responsibility.look(bench)),
        (WATCH_EVERY_S, lambda: watchdog.watch(bench)),
        (WATCH_EVERY_S, ticker.catch_up),
        (WATCH_EVERY_S, ticker.forget_answers),
        (TIDY_EVERY_S, ticker.forget_presses),
        (TIDY_EVERY_S, ticker.forget_asks),
        (TIDY_EVERY_S, ticker.forget_exports),
        (TIDY_EVERY_S, lambda: keeping.owe_count(bench)),
    ]
    due = [0.0] * len(rounds)
    while not stop.is_set():
        pulse.beat()
        for i, (every_s, act) in enumerate(rounds):
            if time.monotonic() >= due[i]:
                due[i] = time.monotonic() + every_s
                _try(act)
        stop.wait(TICK_S)
    pulse.goodbye()


def _try(act: Callable[[], object]) -> None:
    """One round that fails must not stop the others: the database may be away for a moment."""
    try:
        act()
    except Exception:
        log.error("round_fault", exc_info=True, extra={"round": getattr(act, "__name__", "round")})
