"""Who looks at the same thing, over two processes and a real Valkey; without it each process still knows its own."""

from datetime import UTC, datetime, timedelta

from redis import Redis

from hub.presence import HERE_S, Presence
from tests.stage import Valkey


class Ticks:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


def test_two_processes_know_of_each_others_windows_until_they_are_gone(valkey: Valkey) -> None:
    clock = Ticks()
    one, two = (Presence(Redis.from_url(valkey.url), clock) for _ in range(2))
    assert one.come("p:call:1", "7:aa", "address") == {"7:aa": "address"}
    assert two.come("p:call:1", "8:bb", "") == {"7:aa": "address", "8:bb": ""}
    assert two.come("p:call:2", "8:cc", "") == {"8:cc": ""}
    one.go("p:call:1", "7:aa")
    assert two.come("p:call:1", "8:bb", "born") == {"8:bb": "born"}
    one.come("p:call:1", "7:aa", "")
    clock.at += timedelta(seconds=HERE_S + 1)
    assert two.come("p:call:1", "8:bb", "") == {"8:bb": ""}, "who has not asked for long has gone"
    kept = Redis.from_url(valkey.url)
    assert all(b"address" not in key for key in kept.keys("fp:here:*"))


def test_without_redis_this_process_knows_its_own_and_waits_for_nothing() -> None:
    clock = Ticks()
    alone = Presence(Redis.from_url("unix:///nowhere/valkey.sock"), clock)
    alone.come("p:call:1", "7:aa", "")
    assert alone.come("p:call:1", "8:bb", "") == {"7:aa": "", "8:bb": ""}
    alone.go("p:call:1", "7:aa")
    assert alone.come("p:call:1", "8:bb", "") == {"8:bb": ""}
