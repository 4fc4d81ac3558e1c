"""A board's own lane: finished frames go straight into its transport.

What a thousand boards are told alike is put into a frame once. Sent through the framework it would be encoded anew for
each of them, in a task of its own that has to have its turn. So the server's protocol offers its transport as an
extension of ASGI, and the feed writes whole frames there.
"""

import asyncio
from collections.abc import Callable, Sequence

from fastapi import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

EXTENSION = "first_point.lane"


class Lane(WebSocketsSansIOProtocol):
    """uvicorn's own websocket, whose transport may be written to. It never compresses: each frame is ready as it is."""

    paused_at: float | None = None
    """By the loop's clock: since when its viewer has not taken what was written."""
    when_free: Callable[[], None] = staticmethod(lambda: None)

    async def run_asgi(self) -> None:
        self.scope["extensions"][EXTENSION] = {"lane": self}
        await super().run_asgi()

    @property
    def is_free(self) -> bool:
        return self.paused_at is None

    def write(self, frames: Sequence[bytes]) -> None:
        """Whole frames in one go. Nothing follows a close."""
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.writelines(frames)

    def drop(self) -> None:
        """Without a word, and what it has not taken with it: a close would wait behind that, perhaps for ever."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.paused_at = asyncio.get_running_loop().time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.paused_at = None
        self.when_free()


def lane_of(socket: WebSocket) -> Lane:
    """Raises `KeyError` where another server than ours carries the socket: start uvicorn with `ws=Lane`."""
    lane: Lane = socket.scope["extensions"][EXTENSION]["lane"]
    return lane


def framed(text: str) -> bytes:
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
