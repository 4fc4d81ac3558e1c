"""`python -m protocols`: what those who write protocols can do at a terminal, and what programs read."""

import builtins
import json

import pytest

from protocols.__main__ import main
from tests.protocols.sound import HOUSE_TEXT, LEG, edited

NO_RULE = edited(LEG, ("      - {rule: pours, if: {blood: pours}}\n", ""))


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "house.yaml").write_text(HOUSE_TEXT)
    (tmp_path / "leg.yaml").write_text(LEG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def line_with(text, words):
    return next(nth for nth, line in enumerate(text.splitlines(), 1) if words in line)


def test_json_has_one_object_a_file_with_what_is_wrong_and_where(place, capsys):
    (place / "flag.yaml").write_text(NO_RULE)
    (place / "shape.yaml").write_text(LEG.replace("kind: yes_no", "kind: yesno", 1))
    names = ["leg.yaml", "flag.yaml", "shape.yaml"]
    assert main(["check", "--format", "json", "--house", "house.yaml", *names]) == 1
    sound, unproved, invalid = told(capsys)
    assert [one["file"] for one in (sound, unproved, invalid)] == names
    assert (sound["verdict"], sound["problems"]) == ("proved", [])
    assert unproved["verdict"] == "not_proved"
    floor = next(one for one in unproved["problems"] if one["obligation"] == "floor")
    assert floor["line"] == line_with(NO_RULE, "{flag: pours")
    assert floor["call"].pop("Side?") in ("left", "right"), "neither is mildest"
    assert floor["call"] == {"Bleeding?": "pours", "18 or over?": "yes"}
    assert "is slower than its floor" in floor["message"]
    assert invalid["verdict"] == "invalid"
    assert invalid["problems"][0]["line"] == line_with(LEG, "kind: yes_no")
    assert "yes_no" in invalid["problems"][0]["message"]


def test_warnings_stand_apart_and_do_not_fail(place, capsys):
    spare = "exceptions:\n  - {exception: spare, allows: slower, about: lasts, if: {thinner: yes}, never_below: hour, "
    spare += "because: a reason, signed: [A, B]}\nunknowns:"
    (place / "leg.yaml").write_text(edited(LEG, ("unknowns:", spare)))
    assert main(["check", "--format", "json", "leg.yaml"]) == 0
    (only,) = told(capsys)
    assert only["problems"] == []
    warning = next(one for one in only["warnings"] if one["obligation"] == "exception")
    assert warning["line"] == line_with((place / "leg.yaml").read_text(), "exception: spare")


def test_an_example_that_comes_out_otherwise_is_not_proved_and_the_proofs_are_told_all_the_same(
    place, capsys
):
    example = "examples:\n  - {example: Wrong, answers: {adult: yes, blood: pours, side: left}, "
    example += "gives: rings, because: no}\n"
    (place / "leg.yaml").write_text(NO_RULE + example)
    assert main(["check", "--format", "json", "leg.yaml"]) == 1
    (only,) = told(capsys)
    assert only["verdict"] == "not_proved"
    assert {"example", "floor"} <= {one["obligation"] for one in only["problems"]}


def test_the_whole_folder_prints_one_line_for_each_file_and_none_for_itself(place, capsys):
    assert main(["check", "--format", "json", "."]) == 0
    assert [one["file"] for one in told(capsys)] == ["house.yaml", "leg.yaml"]


def test_prove_says_each_step_as_it_is_done(place, capsys):
    assert main(["prove", "leg.yaml"]) == 0
    said = capsys.readouterr().out
    assert "floor: proved\n" in said
    assert "lasts: proved\n" in said
    (place / "leg.yaml").write_text(NO_RULE)
    assert main(["prove", "leg.yaml"]) == 1
    said = capsys.readouterr().out
    assert "floor: 1 not proved" in said
    assert "NOT PROVED (floor)" in said


def test_a_new_protocol_is_sound_at_once_and_overwrites_nothing(place, capsys):
    assert main(["new", "pain-in-the-arm"]) == 0
    assert main(["check", "pain-in-the-arm.yaml"]) == 0
    before = (place / "pain-in-the-arm.yaml").read_text()
    assert main(["new", "pain-in-the-arm"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert (place / "pain-in-the-arm.yaml").read_text() == before
    assert main(["new", "Pain in the arm"]) == 1


def test_a_new_protocol_of_the_library_s_house_is_sound_too(tmp_path):
    out = str(tmp_path / "arm.yaml")
    assert main(["new", "arm", "--out", out]) == 0
    assert main(["check", out, "--anew"]) == 0


def test_explain_says_why_and_what_would_change_it(place, capsys):
    assert main(["explain", "leg.yaml", "adult=yes", "blood=drips", "thinner=yes"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("RING: ")
    assert "because " in said
    assert "Would become " in said
    assert main(["explain", "leg.yaml", "adult=yes", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["protocol"] == "leg"
    assert main(["explain", "leg.yaml", "blod=drips"]) == 1
    assert 'did you mean "blood"?' in capsys.readouterr().err


def test_replay_tells_what_comes_to_something_else(place, capsys):
    calls = [
        {"answers": {"adult": "yes", "blood": "pours"}, "disposition": "ambulance"},
        {"answers": {"adult": "yes"}, "record": {"thinner": "yes"}, "disposition": "ambulance"},
    ]
    (place / "calls.jsonl").write_text("\n".join(map(json.dumps, calls)))
    assert main(["replay", "calls.jsonl", "leg.yaml"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1: ambulance"
    assert said[1].startswith("2: ambulance becomes ")
    assert said[2] == "2 calls, 1 come to something else"
    (place / "calls.jsonl").write_text("no call")
    assert main(["replay", "calls.jsonl", "leg.yaml"]) == 1
    assert "calls.jsonl:1: no JSON" in capsys.readouterr().err
    (place / "calls.jsonl").write_text('{"answers": {}, "record": ["thinner"]}')
    assert main(["replay", "calls.jsonl", "leg.yaml"]) == 1
    assert 'an object with "answers" (and "record")' in capsys.readouterr().err
    (place / "calls.jsonl").write_bytes(b"\xff")
    assert main(["replay", "calls.jsonl", "leg.yaml"]) == 1
    assert "calls.jsonl:1:1: " in capsys.readouterr().err
    (place / "calls.jsonl").write_text("")
    assert main(["replay", "calls.jsonl", "leg.yaml"]) == 0


def test_try_asks_one_question_after_the_other_and_takes_back(place, capsys, monkeypatch):
    typed = iter(["?", "maybe", "yes", "b", "no"])
    monkeypatch.setattr(builtins, "input", lambda _: next(typed))
    assert main(["try", "leg.yaml"]) == 0
    said = capsys.readouterr().out
    assert said.count("\nBreathing as usual?") == 4
    assert "The file does not say why." in said
    assert "Push hard and fast." in said
    assert "NOW: ambulance" in said


def test_try_ends_where_nobody_types_and_where_the_line_drops(place, capsys, monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda _: "d")
    assert main(["try", "leg.yaml"]) == 0
    assert "(the line dropped)" in capsys.readouterr().out

    def nobody(_):
        raise EOFError

    monkeypatch.setattr(builtins, "input", nobody)
    assert main(["try", "leg.yaml"]) == 0


@pytest.mark.parametrize(
    "command",
    ["new", "check", "prove", "preview", "explain", "diff", "replay", "try", "print", "export", "schema"],
)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out) > 100
