"""The thread that makes things happen by themselves, led only by what stands in the database."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from phones import store
from phones.call_script import CallScript
from phones.calling import Calling
from phones.database import Database
from phones.messaging import Messaging
from phones.model import Timer
from phones.posts import REPLY, SCRIPT, Answer, Posts

LOG = logging.getLogger("phones")
POSTERS = 16
MAX_IN_FLIGHT = 2 * POSTERS
STEPS_AT_ONCE = 200
IDLE_S = 1.0  # looks again even if every wake-up were lost


class Driver:
    """A kill between an answer and its record posts once more after the restart: at least once, as Twilio."""

    def __init__(
        self,
        database: Database,
        posts: Posts,
        messaging: Messaging,
        calling: Calling,
        script: CallScript,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._posts = posts
        self._messaging = messaging
        self._calling = calling
        self._script = script
        self._now = now
        self._wake = threading.Event()
        self._stop = False
        self._lock = threading.Lock()
        self._in_flight: dict[int, str] = {}
        self._pool = ThreadPoolExecutor(POSTERS, thread_name_prefix="phones-post")
        self._thread = threading.Thread(target=self._loop, name="phones-driver", daemon=True)
        database.listen(self._wake.set)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop = True
        self._wake.set()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _loop(self) -> None:
        while not self._stop:
            self._wake.clear()
            try:
                wait = self._round(self._now())
            except Exception:  # a fault in one thing must not silence the whole network
                LOG.exception("the phones' driver met a fault and goes on")
                wait = IDLE_S
            self._wake.wait(wait)

    def _round(self, now: float) -> float:
        """Does all that is due at `now`, and says how long the next thing can wait."""
        with self._database.reading() as tx:
            due = store.due_steps(tx, now, STEPS_AT_ONCE)
        try:
            self._take(due)
        except Exception:
            LOG.exception("a batch of steps failed; taking them one by one")
            for timer in due:
                self._take_alone(timer)
        self._send_posts(now)
        if len(due) == STEPS_AT_ONCE:
            return 0.0
        with self._database.reading() as tx:
            following = store.next_due(tx, now)
        return IDLE_S if following is None else min(max(following - self._now(), 0.001), IDLE_S)

    def _take(self, due: list[Timer]) -> None:
        if not due:
            return
        with self._database.transaction() as tx:
            for timer in due:
                store.finish_timer(tx, timer.id)
                if timer.kind == "message":
                    self._messaging.step(tx, timer)
                else:
                    self._calling.step(tx, timer)

    def _take_alone(self, timer: Timer) -> None:
        """A step that cannot be taken is dropped, or it would fail again for ever."""
        try:
            self._take([timer])
        except Exception:
            LOG.exception("dropped a step of %s", timer.subject)
            with self._database.transaction() as tx:
                store.finish_timer(tx, timer.id)

    def _send_posts(self, now: float) -> None:
        with self._lock:
            busy = dict(self._in_flight)
        with self._database.reading() as tx:
            due = store.due_posts(tx, now, MAX_IN_FLIGHT + 2 * len(busy))
        subjects = set(busy.values())
        for timer in due:
            # One at a time about one message or call, so that the hub hears of it in order.
            if timer.id in busy or timer.subject in subjects or len(subjects) >= MAX_IN_FLIGHT:
                continue
            subjects.add(timer.subject)
            with self._lock:
                self._in_flight[timer.id] = timer.subject
            self._pool.submit(self._post, timer)

    def _post(self, timer: Timer) -> None:
        try:
            answer = self._posts.perform(timer)
            self._settle(timer, answer)
        except Exception:
            LOG.exception("a webhook could not be settled and will be posted again")
        finally:
            with self._lock:
                self._in_flight.pop(timer.id, None)
            self._wake.set()

    def _settle(self, timer: Timer, answer: Answer) -> None:
        then = timer.payload["then"]
        with self._database.transaction() as tx:
            again = None if answer.final else self._posts.next_try(timer)
            if then == SCRIPT and not self._calling.wants(tx, timer):
                again = None  # the call has moved on
            if again is None:
                store.finish_timer(tx, timer.id)
                if not answer.taken:
                    LOG.warning("gave up a webhook about %s: %s", timer.subject, answer.words)
            else:
                store.put_off(tx, timer.id, again)
            if then == SCRIPT:
                if answer.taken:
                    self._script.scripted(tx, timer, answer.body)
                elif again is None:
                    self._calling.failed_fetch(tx, timer)
            else:
                self._messaging.note_answer(tx, timer, answer, gave_up=again is None)
                if answer.taken and then == REPLY:
                    self._messaging.reply(tx, timer.subject, answer.body)
