"""What both processes need of the ground floor, put together once."""

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from hub.clock import Clock, SharedClock, SystemClock
from hub.db import Database, Info
from hub.look_book import Known, LookBook
from hub.outbox import Queue
from hub.record_servers import RecordServer, read_record_servers
from hub.sealing import Seal
from hub.services import Service, read_services
from hub.settings import Settings

log = logging.getLogger(__name__)
REDIS_TIMEOUT_S = 0.2
"""A dead or frozen Redis holds a call handler up for no longer than this."""
JOB = "workers.jobs.run"
"""The one RQ job, by name: the ground floor cannot import it; a test resolves it."""
JOB_LIVES = {"ttl": 60, "result_ttl": 0, "failure_ttl": 60}


class Post:
    """Carries effects' numbers to the queues and rings the boards. Never holds the truth, never raises."""

    def __init__(self, redis_url: str) -> None:
        self.redis: Redis = Redis.from_url(
            redis_url,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._queues = {
            queue: RqQueue(queue.value, connection=self.redis, serializer=JSONSerializer) for queue in Queue
        }
        self._mine = threading.local()

    def keep_for_me(self, queue: Queue) -> list[int]:
        """From now on this thread's own effects for `queue` are put into the returned list instead of enqueued:
        a worker that has just committed an urgent effect runs it at once."""
        kept: list[int] = []
        self._mine.queue, self._mine.kept = queue, kept
        return kept

    def keep_no_longer(self) -> None:
        self._mine.queue = None

    def after_commit(self, info: Info) -> None:
        carried: list[tuple[Queue, int]] = []
        for effect in info.get("effects", ()):
            if effect.queue == getattr(self._mine, "queue", None):
                self._mine.kept.append(effect.id)
            else:
                carried.append((effect.queue, effect.id))
        self.carry(carried, info.get("places_told", ()))

    def carry(self, effects: Sequence[tuple[Queue, int]], places: Iterable[str] = ()) -> None:
        """In one trip. Where Redis is away the sweep brings the effects, and boards look by themselves each second."""
        try:
            with self.redis.pipeline(transaction=False) as trip:
                for queue, effect_id in effects:
                    self._queues[queue].enqueue(JOB, effect_id, **JOB_LIVES, pipeline=trip)
                for place in places:
                    trip.publish(channel(place), "read on")
                trip.execute()
        except RedisError:
            log.warning("redis_away")


def channel(place: str) -> str:
    return f"fp:events:{place}"


@dataclass
class Hub:
    """The ground floor of one process. `look_book`: there while something carries it into the audit."""

    settings: Settings
    db: Database
    clock: Clock
    post: Post
    record_servers: tuple[RecordServer, ...] = ()
    services: tuple[Service, ...] = ()
    looks_known: Known = field(default_factory=Known)
    look_book: LookBook | None = None


def assemble(settings: Settings, clock: Clock | None = None) -> Hub:
    """Raises `Refused` where the file of record servers, or of services, is wrong."""
    Path(settings.data).mkdir(parents=True, exist_ok=True)
    servers = read_record_servers(settings.record_servers, training=settings.training)
    services = read_services(settings.services, training=settings.training)
    db = Database(settings.database, seal=Seal(settings.key_safe_secret.get_secret_value()))
    db.record_servers = tuple(server.name for server in servers if server.writes)
    db.services = {one.service: one.sender for one in services}
    db.record_readers = tuple(server.name for server in servers if server.reads)
    post = Post(settings.redis)
    db.after_commit.append(post.after_commit)
    return Hub(settings, db, clock or _clock(settings), post, servers, services)


def _clock(settings: Settings) -> Clock:
    return SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
