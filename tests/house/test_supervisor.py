"""The supervisor with real processes: a Procfile of small scripts, nothing pretended. No fixed sleeps."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from hub import procfile
from hub.child import BACK_OFF_S
from hub.data_folder import SOCKET_LIMIT, DataFolder
from hub.errors import Refused
from hub.redis_url import answers, socket_of, url_of
from hub.supervisor import environment, parts_for

ROOT = Path(__file__).resolve().parents[2]
LONG_ENOUGH_S = 30.0

BEATING = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).open("a").write(f"{os.getpid()}\\n")
while True:
    pathlib.Path(os.environ["FP_BEAT_FILE"]).touch()
    time.sleep(0.05)
"""
SILENT = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).open("a").write(f"{os.getpid()}\\n")
pathlib.Path(os.environ["FP_BEAT_FILE"]).touch()
time.sleep(600)
"""
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + BEATING
PREPARE = """
import os, pathlib, time
time.sleep(0.2)
pathlib.Path(os.environ["FP_DATA"], "run", "welcome.txt").write_text("Log in as nobody.")
pathlib.Path("prepared").write_text(str(time.time_ns()))
"""
DASHBOARD = """
import http.server, os, pathlib, threading, time
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["FP_PORT"])), Ready)
threading.Thread(target=server.serve_forever, daemon=True).start()
while True:
    pathlib.Path(os.environ["FP_BEAT_FILE"]).touch()
    time.sleep(0.05)
"""


def until(true: Callable[[], object], what: str) -> None:
    limit = time.monotonic() + LONG_ENOUGH_S
    while not true():
        assert time.monotonic() < limit, f"waited {LONG_ENOUGH_S:.0f} s in vain: {what}"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """A zombie has died: only its parent has not looked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class House:
    """A folder with a Procfile and its scripts, and the supervisors started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.said = folder / "said"
        self.running: list[subprocess.Popen[bytes]] = []

    def write(self, *lines: str, **scripts: str) -> None:
        for name, text in scripts.items():
            (self.folder / f"{name}.py").write_text(text)
        (self.folder / "Procfile").write_text("\n".join(lines) + "\n")

    def env(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FP_")}
        return {**kept, "FP_DATA": str(self.data), "FP_SILENT_S": "5", **more}

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "hub.supervisor", "--procfile", str(self.folder / "Procfile")]
        with self.said.open("ab") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=self.env(**more), stdout=out, stderr=out)
        self.running.append(process)
        return process

    def once(self, module: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", module, *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.env(**more), capture_output=True, text=True, timeout=LONG_ENOUGH_S
        )

    def second(self, **more: str) -> subprocess.CompletedProcess[str]:
        return self.once("hub.supervisor", "--procfile", str(self.folder / "Procfile"), **more)

    def pids(self, name: str) -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def text(self) -> str:
        return self.said.read_text()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for process in house.running:
        process.kill()  # the kernel ends its children with it
        process.wait()


def test_what_dies_is_started_again(house: House) -> None:
    house.write("one: python beating.py pids", beating=BEATING)
    house.start()
    for times in (1, 2, 3):
        until(lambda times=times: len(house.pids("pids")) == times, f"{times} starts")  # type: ignore[misc]
        os.kill(house.pids("pids")[-1], signal.SIGKILL)
    until(
        lambda: "one stopped (ended by SIGKILL); starting it again in 0.5 s." in house.text(),
        "the second time",
    )
    assert "one stopped (ended by SIGKILL); starting it again.\n" in house.text()
    assert "Traceback" not in house.text()


def test_it_waits_longer_each_time_and_never_gives_up(house: House) -> None:
    house.write('bad: python -c "import sys; print(1234); sys.exit(3)"')
    house.start()
    until(lambda: house.text().count("stopped (exit 3)") >= 4, "four deaths")
    waits = re.findall(r"again(?: in ([0-9.]+) s)?\.", house.text())
    assert [float(wait or 0) for wait in waits[:4]] == list(BACK_OFF_S[:4])
    assert 'Its last words: "1234".' in house.text()
    assert (house.data / "log" / "bad.log").read_text().count("1234") >= 4


def test_what_falls_silent_is_killed_and_started_again(house: House) -> None:
    house.write("mute: python silent.py mute", "loud: python beating.py loud", silent=SILENT, beating=BEATING)
    house.start(FP_SILENT_S="1")
    until(lambda: len(house.pids("mute")) >= 2, "a second start of the silent one")
    assert not lives(house.pids("mute")[0])
    assert re.search(r"mute was silent for \d+ s and was ended; starting it again\.", house.text())
    assert len(house.pids("loud")) == 1


def test_a_stopped_process_is_silent_too(house: House) -> None:
    house.write("one: python beating.py pids", beating=BEATING)
    house.start(FP_SILENT_S="1")
    until(lambda: (house.data / "run" / "one.beat").exists(), "the first beat")
    os.kill(house.pids("pids")[0], signal.SIGSTOP)
    until(lambda: len(house.pids("pids")) == 2, "a second start")


def test_the_release_runs_first_and_to_its_end(house: House) -> None:
    port = free_port()
    house.write(
        "dashboard: python dashboard.py",
        "one: python -c \"import os, time; open('began', 'w').write(str(time.time_ns())); time.sleep(600)\"",
        "release: python prepare.py",
        dashboard=DASHBOARD,
        prepare=PREPARE,
    )
    process = house.start(FP_PORT=str(port))
    until(lambda: "Ctrl-C stops it." in house.text(), "the welcome")
    assert f"First Point: http://127.0.0.1:{port}\n\nLog in as nobody.\n" in house.text()
    until(
        lambda: (house.folder / "began").exists() and (house.folder / "began").read_text(), "the other line"
    )
    assert int((house.folder / "prepared").read_text()) < int((house.folder / "began").read_text())
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG_ENOUGH_S) == 0


def test_the_dashboard_loads_beside_the_release_and_serves_after_it(house: House) -> None:
    """It is told of a file that is there only once the release has run, at every start anew."""
    waits = """
import os, pathlib, time
pathlib.Path("loaded").write_text(str(time.time_ns()))
assert not pathlib.Path(os.environ["FP_RELEASED"]).exists()
while not pathlib.Path(os.environ["FP_RELEASED"]).exists():
    time.sleep(0.01)
pathlib.Path("served").open("a").write(f"{time.time_ns()}\\n")
"""
    slow = (
        "import os, pathlib, time\n"
        "while not pathlib.Path('loaded').exists(): time.sleep(0.01)\n"
        "pathlib.Path('loaded').unlink()\n" + PREPARE
    )
    house.write(
        "release: python prepare.py",
        "dashboard: python dashboard.py",
        dashboard=waits + DASHBOARD,
        prepare=slow,
    )
    for times in (1, 2):
        process = house.start(FP_PORT=str(free_port()))
        until(lambda times=times: len(house.pids("served")) == times, f"{times} times served")  # type: ignore[misc]
        assert int((house.folder / "prepared").read_text()) < house.pids("served")[-1]
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG_ENOUGH_S) == 0


def test_a_failed_release_starts_nothing(house: House) -> None:
    house.write(
        "release: python -c \"raise SystemExit('The database is newer than this hub.')\"",
        "one: python beating.py pids",
        beating=BEATING,
    )
    done = house.second()
    assert done.returncode == 1
    assert "The hub could not be prepared (exit 1)" in done.stdout
    assert "The database is newer than this hub." in done.stdout
    assert house.pids("pids") == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(house: House, sign: signal.Signals) -> None:
    house.write("valkey: python -m hub.valkey", "one: python beating.py one", beating=BEATING)
    process = house.start(PYTHONPATH=str(ROOT))
    until(lambda: house.pids("one"), "the start")
    process.send_signal(sign)
    assert process.wait(LONG_ENOUGH_S) == 0
    assert house.text() == f"Stopped. Your data is in {house.data}.\n"
    assert not lives(house.pids("one")[0])
    assert "bye bye" in (house.data / "log" / "valkey.log").read_text()
    assert not (house.data / "run" / "valkey.sock").exists()


def test_asked_twice_it_waits_no_longer(house: House) -> None:
    house.write("one: python stubborn.py pids", stubborn=STUBBORN)
    process = house.start()
    until(lambda: (house.data / "run" / "one.beat").exists(), "the first beat")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG_ENOUGH_S) == 0
    assert time.monotonic() - began < 7
    assert not lives(house.pids("pids")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_killed_itself_it_leaves_nobody_behind_and_can_start_again(house: House) -> None:
    house.write("valkey: python -m hub.valkey", "one: python beating.py pids", beating=BEATING)
    process = house.start(PYTHONPATH=str(ROOT))
    until(lambda: house.pids("pids"), "the start")
    process.kill()
    until(lambda: not lives(house.pids("pids")[0]), "the child's end")
    socket_url = url_of(house.data / "run" / "valkey.sock")
    until(lambda: not answers(socket_url), "Valkey's end")
    house.start(PYTHONPATH=str(ROOT))
    until(lambda: len(house.pids("pids")) == 2, "a new start on the same data")
    assert answers(socket_url)


def test_valkey_is_the_server_itself_and_comes_back_with_its_data(house: House) -> None:
    house.write("valkey: python -m hub.valkey", "one: python beating.py pids", beating=BEATING)
    house.start(PYTHONPATH=str(ROOT))
    until(lambda: house.pids("pids"), "the start")
    client = Redis.from_url(url_of(house.data / "run" / "valkey.sock"))
    client.set("kept", "yes")
    assert client.config_get("appendfsync", "maxmemory-policy") == {
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0, "the file")
    os.kill(client.info("server")["process_id"], signal.SIGKILL)
    until(lambda: "valkey stopped (ended by SIGKILL)" in house.text(), "the notice")
    until(lambda: answers(url_of(house.data / "run" / "valkey.sock")), "the answer")
    assert client.get("kept") == b"yes"


def test_a_second_copy_on_the_same_data_is_refused(house: House) -> None:
    house.write("one: python beating.py pids", beating=BEATING)
    house.start()
    until(lambda: house.pids("pids"), "the start")
    done = house.second()
    assert done.returncode == 1
    assert done.stderr == (
        f"A hub is running on {house.data} already. Stop it first, or set FP_DATA to another folder.\n"
    )
    assert len(house.pids("pids")) == 1


@pytest.mark.parametrize(("name", "variable"), [("dashboard", "FP_PORT"), ("phones", "FP_PHONES_PORT")])
def test_a_taken_port_is_a_sentence(house: House, name: str, variable: str) -> None:
    house.write(f"{name}: python beating.py pids", beating=BEATING)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = house.second(**{"FP_PORT": str(free_port()), variable: port})
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken by another program. Set {variable} to a free one.\n"
    assert house.pids("pids") == []


@pytest.mark.parametrize(
    ("variable", "value"), [("FP_PORT", "eighty"), ("FP_PHONES_PORT", "70000"), ("FP_SILENT_S", "-1")]
)
def test_a_bad_number_is_a_sentence(house: House, variable: str, value: str) -> None:
    house.write("one: python beating.py pids", beating=BEATING)
    done = house.second(**{variable: value})
    assert done.returncode == 1
    assert done.stderr.startswith(variable)
    assert len(done.stderr.splitlines()) == 1


def test_demo_reset_refuses_while_running_then_keeps_only_the_secrets(house: House) -> None:
    house.write("one: python beating.py pids", beating=BEATING)
    process = house.start()
    until(lambda: house.pids("pids"), "the start")
    place(house.data, training=True)
    (house.data / "phones.sqlite3").touch()
    secrets = (house.data / "secrets.env").read_text()
    refused = house.once("hub.data_folder", "reset")
    assert refused.returncode == 1
    assert "is running" in refused.stderr
    assert (house.data / "first-point.sqlite3").exists()
    process.terminate()
    process.wait(LONG_ENOUGH_S)
    done = house.once("hub.data_folder", "reset")
    assert done.returncode == 0
    assert "is as new" in done.stdout
    assert not list(house.data.glob("*.sqlite3*"))
    assert (house.data / "secrets.env").read_text() == secrets


def test_a_live_place_is_never_reset(house: House) -> None:
    house.data.mkdir()
    place(house.data, training=False)
    done = house.once("hub.data_folder", "reset")
    assert done.returncode == 1
    assert "holds a live place" in done.stderr
    assert (house.data / "first-point.sqlite3").exists()


def test_an_unreadable_database_counts_as_live(house: House) -> None:
    house.data.mkdir()
    (house.data / "first-point.sqlite3").write_text("not a database at all, whatever its name says" * 50)
    assert house.once("hub.data_folder", "reset").returncode == 1


def place(data: Path, *, training: bool) -> None:
    connection = sqlite3.connect(data / "first-point.sqlite3")
    connection.execute("CREATE TABLE place (id TEXT, training BOOLEAN NOT NULL)")
    connection.execute("INSERT INTO place VALUES ('p', ?)", [training])
    connection.commit()
    connection.close()


def test_only_serious_lines_reach_the_terminal(house: House) -> None:
    chatter = (
        "import json, time\n"
        "print(json.dumps({'event': 'quiet_thing', 'level': 'info'}), flush=True)\n"
        "for n in range(9): print(json.dumps({'event': 'redis_away', 'level': 'warning', 'count': n}), flush=True)\n"
        "time.sleep(600)\n"
    )
    house.write("one: python chatter.py", chatter=chatter)
    house.start()
    until(lambda: "more of this is in" in house.text(), "the warnings")
    assert "one: warning: redis_away count=0\n" in house.text()
    assert house.text().count("redis_away") == 5
    until(lambda: (house.data / "log" / "one.log").read_text().count("redis_away") == 9, "the log")
    assert "quiet_thing" not in house.text()


def test_children_are_told_what_they_need(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    parts = procfile.read(ROOT / "Procfile")
    env = environment({"FP_PORT": "9000", "FP_HOST": "", "HOME": "/h"}, folder, parts)
    assert (env["FP_PORT"], env["FP_PHONES_PORT"]) == ("9000", "9001")
    assert env["FP_PUBLIC_URL"] == "http://127.0.0.1:9000"
    assert env["FP_DATA"] == str(tmp_path / "data")
    assert "FP_HOST" not in env
    assert len(env["FP_SECRET_KEY"]) >= 32
    again = environment({"FP_PHONES_TOKEN": "mine"}, folder, parts)
    assert again["FP_SECRET_KEY"] == env["FP_SECRET_KEY"]
    assert again["FP_PHONES_TOKEN"] == "mine"
    assert (tmp_path / "data" / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_what_is_elsewhere_is_not_started() -> None:
    parts = procfile.read(ROOT / "Procfile")
    assert not parts_for({"FP_REDIS_URL": "redis://elsewhere"}, parts).has("valkey")
    assert not parts_for({"FP_TRAINING": "false"}, parts).has("phones")
    assert not parts_for({"FP_PHONES_URL": "http://elsewhere"}, parts).has("phones")
    assert parts_for({}, parts) == parts


def test_a_long_path_moves_the_socket_to_a_private_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / ("long" * 30))
    folder.make()
    socket_path = folder.socket()
    assert len(os.fsencode(socket_path)) <= SOCKET_LIMIT
    assert socket_path.parent.stat().st_mode & 0o777 == 0o700
    assert folder.socket() == socket_path
    assert socket_of(url_of(Path("/a b/100%/v.sock"))) == Path("/a b/100%/v.sock")
    folder.forget_socket()
    assert not socket_path.parent.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("what is this", "a line says `name: command`"),
        ("one: python a.py\none: python b.py", "one is listed twice"),
        ('one: python "a.py', "a line says `name: command`"),
    ],
)
def test_a_procfile_that_cannot_be_read_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "Procfile"
    path.write_text(text)
    with pytest.raises(Refused, match=re.escape(sentence)) as refused:
        procfile.read(path)
    assert f"{path}:{len(text.splitlines())}: " in str(refused.value)
