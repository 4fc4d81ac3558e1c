"""`python -m benchmarks.viewers PORT PATH COOKIE COUNT [SLOW]`: so many open boards in a process of its own.

Says "ready" when all of them are let in, and then one line for each event that all of them have: its number, and the
machine's monotonic time at which the last one had it. `SLOW` more never read what is sent to them.
"""

import re
import resource
import select
import socket
import sys
import time
from collections import Counter

NUMBER = re.compile(rb'\{"cursor":(\d+)')
"""How a message about an event begins; a beat begins otherwise."""
TAIL = 32
BUFFER, CHUNK = 1 << 18, 1 << 14


def main(port: int, path: str, cookie: str, count: int, slow: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kept = [_open(port, path, cookie, BUFFER) for _ in range(count)]
    deaf = [_open(port, path, cookie, 4096) for _ in range(slow)]
    print("ready", flush=True)
    _follow(kept)
    del deaf


def _open(port: int, path: str, cookie: str, buffer: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.connect(("127.0.0.1", port))
    line.sendall(
        (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Cookie: {cookie}\r\n\r\n"
        ).encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += line.recv(1)
    if b" 101 " not in answer.split(b"\r\n", 1)[0]:
        raise ConnectionError(answer.decode("latin-1"))
    return line


def _follow(lines: list[socket.socket]) -> None:
    """As little work for each line as can be: what the client takes is not the hub's, and both share the machine."""
    ready = select.epoll()
    by_number = {line.fileno(): line for line in lines}
    tails: dict[int, bytes] = {}
    for line in lines:
        line.setblocking(False)
        ready.register(line, select.EPOLLIN)
    had: Counter[int] = Counter()
    while True:
        for number, _ in ready.poll():
            got = by_number[number].recv(CHUNK)
            if not got:
                raise ConnectionError("a board was closed")
            text = tails.get(number, b"") + got
            end = 0
            for found in NUMBER.finditer(text):
                end = found.end()
                if end == len(text):
                    end = found.start()  # the number may go on in what comes next
                    break
                n = int(found[1])
                had[n] += 1
                if had[n] == len(lines):
                    del had[n]
                    print(n, time.monotonic(), flush=True)
            tails[number] = text[max(end, len(text) - TAIL) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int((*sys.argv, "0")[5]))
