"""docs/api.md: its examples are run as they stand there, against a hub that serves, and its table is the code's."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dashboard import feed
from dashboard.viewer import LOG_IN_ENDED, NOT_ALLOWED
from hub import tokens
from hub.actors import HUB
from hub.tokens import MEANS, Scope
from tests.control_room import ControlRoom

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[ControlRoom]:
    opened = ControlRoom(tmp_path, sqlite_url)
    yield opened
    opened.close()


def token(room: ControlRoom, *scopes: Scope) -> str:
    with room.write() as session:
        return tokens.make(session, room.place, "A machine", scopes, 1, HUB, room.clock.machine())[1]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are for curl")
def test_the_examples_do_what_they_say(room: ControlRoom) -> None:
    told = {"HUB": room.url, "TOKEN": token(room, *Scope), "PATH": "/usr/bin:/bin"}
    run = [
        json.loads(subprocess.run(["sh", "-c", one], env=told, check=True, capture_output=True).stdout)
        for one in EXAMPLES
    ]
    opened, begun, happened = run
    assert (opened["case"], opened["look_again"]) == (1, {})
    assert begun["asked"]["ask"].endswith("?")
    assert happened["next"] == happened["events"][-1]["n"]


def test_each_scope_stands_there_as_the_code_has_it() -> None:
    assert dict(re.findall(r"^\| `(\w+:\w+)` \| (.+) \|$", DOCS, re.MULTILINE)) == {
        scope.value: words for scope, words in MEANS.items()
    }


async def test_a_machine_follows_the_feed_by_its_token(
    room: ControlRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no longer than its token holds."""
    monkeypatch.setattr(feed, "LOOK_AT_LOG_IN_S", 0.1)
    url = f"ws://127.0.0.1:{room.port}/feed?as=json&since=0"
    follows, reads = token(room, Scope.feed_read), token(room, Scope.cases_read)
    case = room.case()
    async with connect(url, additional_headers={"Authorization": f"Bearer {follows}"}) as viewer:
        seen = json.loads(await viewer.recv())
        while seen.get("id") != f"case-{case}":
            seen = json.loads(await viewer.recv())
        assert seen["facts"]["need"] == "fall"
        with room.write() as session:
            (row,) = [one for one in tokens.listed(session, room.place) if one.scopes == ["feed:read"]]
            tokens.revoke(session, room.place, row.key, room.clock.machine())
        await viewer.wait_closed()
        assert viewer.close_code == LOG_IN_ENDED
    for header, code in ((reads, NOT_ALLOWED), ("fp_nonsense", LOG_IN_ENDED)):
        async with connect(url, additional_headers={"Authorization": f"Bearer {header}"}) as viewer:
            with pytest.raises(ConnectionClosed) as closed:
                await viewer.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
