"""`python -m workers dispatch|alerts|records|reports|ticker|reader`: one worker process."""

import gc
import os
import signal
import socket
import sys
import threading

from hub import log
from hub.assemble import assemble
from hub.errors import FirstPointError
from hub.outbox import Queue
from hub.settings import read_settings
from workers import app, reader
from workers.bench import set_up

BY_THEMSELVES = {"ticker": app.tick, "reader": reader.run}
KINDS = (*(queue.value for queue in Queue), *BY_THEMSELVES)


def main(words: list[str]) -> int:
    if len(words) != 1 or words[0] not in KINDS:
        print(f"Say which worker: python -m workers {'|'.join(KINDS)}", file=sys.stderr)  # noqa: T201
        return 2
    kind = words[0]
    try:
        settings = read_settings()
        name = (
            settings.beat_file.stem if settings.beat_file else f"{kind}-{socket.gethostname()}-{os.getpid()}"
        )
        log.configure(name)
        bench = set_up(assemble(settings), name)
        gc.freeze()  # what is loaded by now stays; no collection in mid-work need look at it again
    except FirstPointError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    stop = threading.Event()
    if kind in BY_THEMSELVES:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        BY_THEMSELVES[kind](bench, stop)
    else:
        app.work(bench, Queue(kind), stop)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
