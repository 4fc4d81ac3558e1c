"""Past cases on another version of their protocol, a slice for each effect, so that nothing else waits for long."""

from hub.outbox import Effect
from triage import replays
from workers.bench import Bench


def go_on(bench: Bench, effect: Effect) -> str:
    hub = bench.hub
    return replays.go_on(hub.db, bench.shelf.library, int(effect.payload["replay"]), hub.clock.now())
