"""`python -m benchmarks.provider FD`: a carrier of texts in a process of its own, which stamps when each arrived.

It speaks just enough of Twilio's Messages.json, and `GET /arrived` tells the stamps (machine-wide monotonic time).
"""

import asyncio
import itertools
import json
import socket
import sys
import time
from urllib.parse import parse_qs

from benchmarks import wire


def main(fd: int) -> None:
    arrived: list[tuple[float, str]] = []
    numbers = itertools.count(1)

    async def answer(method: str, path: str, body: bytes) -> bytes:
        at = time.monotonic()
        if method == "GET":
            told = json.dumps(arrived) if path == "/arrived" else "{}"
            if path == "/forget":
                arrived.clear()
            return told.encode()
        form = parse_qs(body.decode())
        arrived.append((at, form["Body"][0]))
        sid = f"SM{next(numbers):032x}"
        return json.dumps({"sid": sid, "status": "queued", "body": form["Body"][0]}).encode()

    asyncio.run(wire.serve(socket.socket(fileno=fd), answer))


if __name__ == "__main__":
    main(int(sys.argv[1]))
