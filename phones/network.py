"""The training network put together: what the routes and the driver share."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection

from phones import store
from phones.call_script import CallScript
from phones.calling import Calling
from phones.database import Database
from phones.driver import Driver
from phones.messaging import Messaging
from phones.model import Behaviour
from phones.posts import Posts
from phones.problems import TwilioProblem
from phones.settings import PhonesSettings

MAX_POLLERS = 60  # of the threads that answer requests; the rest get what there is at once


class Network:
    def __init__(self, settings: PhonesSettings, now: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.stopping = threading.Event()
        self.database = Database(settings.file)
        self._posts = Posts(settings, now)
        self.messaging = Messaging(settings, self.database, self._posts, now)
        script = CallScript(settings, self._posts, now)
        self.calling = Calling(settings, self.database, script, now)
        self._driver = Driver(self.database, self._posts, self.messaging, self.calling, script, now)
        self._changed = threading.Condition()
        self._news = 0
        self._pollers = 0
        self.database.listen(self._tell)

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """For the REST API: a network that is down or crowded answers no question either."""
        with self.database.reading() as tx:
            behaviour = store.network(tx).behaviour
            if behaviour is Behaviour.DOWN:
                raise TwilioProblem(20503)
            if behaviour is Behaviour.RATE_LIMITED:
                raise TwilioProblem(20429)
            yield tx

    def start(self) -> None:
        self._driver.start()

    def stop(self) -> None:
        self.stopping.set()
        self._tell()
        self._driver.stop()
        self._posts.close()
        self.database.close()

    def _tell(self) -> None:
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def wait_beyond(self, cursor: int, seconds: float) -> None:
        """Returns once anything has changed after `cursor`, or when the time is over."""
        deadline = time.monotonic() + seconds
        with self._changed:
            if self._pollers >= MAX_POLLERS:
                return
            self._pollers += 1
        try:
            while not self.stopping.is_set():
                with self._changed:
                    seen = self._news
                with self.database.reading() as tx:
                    now = store.cursor(tx)
                left = deadline - time.monotonic()
                if now != cursor or left <= 0:
                    return
                with self._changed:
                    if self._news == seen:  # else it came between the look and the wait
                        self._changed.wait(left)
        finally:
            with self._changed:
                self._pollers -= 1
