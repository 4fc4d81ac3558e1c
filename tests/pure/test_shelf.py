"""A broken protocol never replaces a working one."""

import shutil
from pathlib import Path

import pytest

from protocols.loader import ProtocolError
from protocols.shelf import Shelf

HERE = Path(__file__).parents[2] / "protocols"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("triage", "escalation"):
        shutil.copytree(HERE / name, tmp_path / name)
    shutil.copy(HERE / "house.yaml", tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.write_text(text)


def fall(folder: Path) -> Path:
    return folder / "triage" / "fall-at-home.yaml"


def test_a_file_that_breaks_leaves_its_last_sound_text_in_force_and_the_others_go_on(folder: Path) -> None:
    shelf = Shelf(folder, draft=True)
    before = shelf.library.triage["fall-at-home"]
    write(fall(folder), before.text.replace("worse: no,", "worse: nope,", 1))
    catheter = folder / "triage" / "blocked-catheter.yaml"
    write(catheter, catheter.read_text().replace("title: Blocked catheter", "title: Catheter blocked", 1))
    assert shelf.read_again()
    assert shelf.library.triage["fall-at-home"].sha256 == before.sha256
    assert shelf.library.triage["blocked-catheter"].title == "Catheter blocked"
    assert {Path(fault.file).name for fault in shelf.faults} == {"fall-at-home.yaml"}
    assert shelf.faults[0].line > 1
    assert not shelf.read_again(), "nothing was touched since"
    write(fall(folder), before.text.replace("title: Fall at home", "title: A fall at home", 1))
    assert shelf.read_again()
    assert (shelf.library.triage["fall-at-home"].title, shelf.faults) == ("A fall at home", [])


def test_a_broken_house_leaves_the_house_that_was(folder: Path) -> None:
    shelf = Shelf(folder, draft=True)
    before = shelf.library.house.sha256
    write(folder / "house.yaml", "priorities: [")
    assert shelf.read_again()
    assert shelf.library.house.sha256 == before
    assert shelf.faults


def test_files_that_do_not_hold_together_leave_the_whole_library_as_it_was(folder: Path) -> None:
    shelf = Shelf(folder, draft=True)
    before = shelf.library
    (folder / "escalation" / "one-hour.yaml").unlink()
    assert shelf.read_again()
    assert shelf.library is before
    assert "no escalation protocol serves" in shelf.faults[0].message


def test_broken_from_the_start_it_is_left_out_and_a_broken_house_stops_the_start(folder: Path) -> None:
    write(fall(folder), "protocol: [")
    shelf = Shelf(folder, draft=True)
    every = {path.stem for path in (folder / "triage").glob("*.yaml")}
    assert set(shelf.library.triage) == every - {"fall-at-home"}
    assert shelf.faults
    write(folder / "house.yaml", "priorities: [")
    with pytest.raises(ProtocolError):
        Shelf(folder, draft=True)
