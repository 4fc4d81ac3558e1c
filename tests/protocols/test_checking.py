"""`python -m protocols check`: what it says and how it ends, what it compares with, and which proofs it keeps."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from protocols import checking
from protocols.__main__ import main
from protocols.loader import Library, load_library
from protocols.proof.findings import Finding, ShownCall
from protocols.proof.kept import KeptProofs
from protocols.proof.together import prove_together
from tests.protocols.sound import HOUSE, HOUSE_TEXT, LEG, TIRED, edited, read

FOLDER = Path(__file__).parents[2] / "protocols"
BACKWARDS = edited(
    LEG, ("{rule: lasts, if: {lasts: {at_least: 48 h}}}", "{rule: lasts, if: {lasts: {at_most: 48 h}}}")
)
LONGER = edited(LEG, ("at_least: 48 h", "at_least: 72 h"), ("version: 1.0.0", "version: 1.1.0"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a house and one sound protocol; what is kept is kept in it."""
    (tmp_path / "triage").mkdir()
    (tmp_path / "house.yaml").write_text(HOUSE_TEXT)
    (tmp_path / "triage" / "leg.yaml").write_text(LEG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(place, text):
    path = place / "triage" / "leg.yaml"
    path.write_text(text)
    return str(path)


@pytest.fixture
def proofs(monkeypatch):
    """How often a protocol is proved."""
    done = []
    prove = checking.prove
    monkeypatch.setattr(checking, "prove", lambda *about: done.append(about) or prove(*about))
    return done


def test_a_sound_file_ends_well(place, capsys):
    assert main(["check", write(place, LEG)]) == 0
    assert capsys.readouterr().out == "1 files, all sound and proved\n"


def test_a_planted_defect_is_printed_as_a_call_and_ends_in_one(place, capsys):
    path = write(place, BACKWARDS)
    assert main(["check", path]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{path}:"
    assert re.fullmatch(
        r'NOT PROVED \(monotone\): "For how many hours\?" worsens from .* to .*: hour becomes words', said[1]
    )
    end = said.index("    (every other question: mildest, or not applicable)")
    for line in said[2:end]:
        assert re.fullmatch(r"    \S.*\?   +\S.*", line)
    assert len({line.rindex("   ") for line in said[2:end]}) == 1, "the answers stand below one another"
    assert said[-1] == "1 files, 0 faults, 1 not proved"


def test_a_fault_of_shape_is_told_with_its_place_and_nothing_is_proved(place, capsys, proofs):
    path = write(place, edited(LEG, ("limit: 3", "limit: 4")))
    assert main(["check", path]) == 1
    assert re.match(rf"{re.escape(path)}:\d+:\d+: laxer than the house's limit", capsys.readouterr().out)
    assert proofs == []


def test_against_shows_what_is_slower_and_does_not_fail(place, capsys):
    before = place / "before.yaml"
    before.write_text(LEG)
    assert main(["check", write(place, LONGER), "--against", str(before)]) == 0
    said = capsys.readouterr().out
    assert "NOW SLOWER (approved version): hour becomes words" in said
    assert "For how many hours?   48 h" in said


def test_against_a_folder_compares_each_file_with_its_own(place, capsys):
    (place / "approved" / "triage").mkdir(parents=True)
    (place / "approved" / "triage" / "leg.yaml").write_text(LEG)
    assert main(["check", write(place, LONGER), "--against", str(place / "approved")]) == 0
    assert "NOW SLOWER" in capsys.readouterr().out


def test_against_nothing_is_an_error_and_not_a_silent_yes(place, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["check", write(place, LONGER), "--against", str(place / "nothing.yaml")])
    assert ended.value.code != 0
    assert "is the name right?" in capsys.readouterr().err


def test_the_report_is_markdown_with_every_call(place):
    report = place / "report.md"
    before = place / "before.yaml"
    before.write_text(LEG)
    path = write(place, edited(BACKWARDS, ("worse: higher", "worse: higher, record: yes")))
    assert main(["check", path, "--against", str(before), "--report", str(report)]) == 1
    said = report.read_text()
    assert said.startswith("# Protocols\n\n## leg.yaml: NOT to be used\n")
    for title in ("Not proved", "Calls that are answered more slowly than before"):
        assert f"### {title}\n\n```\n" in said
    assert said.count("```") % 2 == 0
    assert "NOT PROVED (record)" in said


def test_a_second_run_proves_nothing_and_says_the_same(place, capsys, proofs):
    path = write(place, BACKWARDS)
    for _ in range(2):
        assert main(["check", path]) == 1
    first, second = capsys.readouterr().out.split("1 files, 0 faults, 1 not proved\n")[:2]
    assert first == second
    assert len(proofs) == 1


@pytest.mark.parametrize("again", ["other text", "other house", "--anew"])
def test_what_has_changed_is_proved_again(place, proofs, again):
    path = write(place, LEG)
    assert main(["check", path]) == 0
    if again == "other text":
        write(place, BACKWARDS)
    elif again == "other house":
        (place / "house.yaml").write_text(HOUSE_TEXT + "# a word more\n")
    assert main(["check", path, *(["--anew"] if again == "--anew" else [])]) == int(again == "other text")
    assert len(proofs) == 2


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "{}",
        '""',
        "[1]",
        '{"findings": {}}',
        '{"findings": [1]}',
        '{"findings": [{}]}',
        "\udcff",
    ],
)
def test_a_broken_kept_file_is_never_a_proof(place, proofs, broken):
    path = write(place, BACKWARDS)
    assert main(["check", path]) == 1
    for kept in (place / ".proof_cache").iterdir():
        kept.write_bytes(broken.encode(errors="surrogateescape"))
    assert main(["check", path]) == 1
    assert len(proofs) == 2
    assert main(["check", path]) == 1
    assert len(proofs) == 2, "and it is kept anew"


def test_what_is_kept_is_what_was_found(tmp_path):
    kept = KeptProofs(tmp_path / "kept")
    call = ShownCall({"lasts": 48, "hot": "yes"}, (("For how long?", "48 h"),))
    found = (
        Finding("not_proved", "floor", "clot", "a sentence", call),
        Finding("warning", "exception", "x", "another"),
    )
    assert kept.findings(lambda: found, "a text", "a house") == found
    assert kept.findings(lambda: pytest.fail("it is kept"), "a text", "a house") == found
    assert kept.findings(lambda: (), "a text", "another house") == ()


def test_what_z3_gave_up_on_is_not_kept(tmp_path):
    kept = KeptProofs(tmp_path / "kept")
    gave_up = (Finding("undecided", "floor", "clot", "Z3 gave up"),)
    assert gave_up[0].fails
    assert kept.findings(lambda: gave_up, "a text") == gave_up
    assert kept.findings(lambda: (), "a text") == ()


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_what_was_found(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    found = (Finding("warning", "exception", "x", "a sentence"),)
    assert KeptProofs(tmp_path / "file").findings(lambda: found, "a text") == found


# ---- several protocols ----


def together(first, second, house=HOUSE):
    library = Library(house, {"leg": read(first), "tired": read(second)}, {})
    return {(one.obligation, one.about) for one in prove_together(library) if one.fails}


def test_protocols_that_share_questions_of_one_meaning_go_together():
    assert together(LEG, TIRED) == set()


@pytest.mark.parametrize(
    ("about", "old", "new"),
    [
        (
            "sleeps",
            'lasts, ask: "For how many hours?", kind: number, unit: h, range: [0, 240], worse: higher',
            'sleeps, ask: "How long?", kind: number, unit: h, range: [0, 24], worse: lower',
        ),
        (
            "falls",
            'swollen, ask: "Swollen?", kind: yes_no, worse: yes',
            'falls, ask: "Stays up?", kind: yes_no, worse: no',
        ),
        (
            "alone",
            'blood, ask: "Bleeding?", kind: choice, answers: [dry, drips, pours]',
            'alone, ask: "Alone?", kind: choice, answers: [dry, drips, pours]',
        ),
    ],
)
def test_a_shared_id_of_another_meaning_is_found(about, old, new):
    name = old.split(",")[0]
    text = edited(LEG, (f"id: {old}", f"id: {new}")).replace(f"{{{name}: ", f"{{{about}: ")
    text = text.replace("{at_least: 48 h}", "{at_most: 5 h}") if about == "sleeps" else text
    assert together(text, TIRED) == {("several protocols", about)}


def test_every_need_has_exactly_one_protocol(tmp_path):
    house = edited(HOUSE_TEXT, ("visits:", "needs: {leg: a leg, tired: tired, other: other}\nvisits:"))
    (tmp_path / "triage").mkdir()
    (tmp_path / "house.yaml").write_text(house)
    for name, text, need in (("leg", LEG, "leg"), ("tired", TIRED, "tired"), ("foot", LEG, "leg")):
        needed = edited(text, ("review_by", f"need: {need}\nreview_by")).replace(
            "protocol: leg", f"protocol: {name}"
        )
        (tmp_path / "triage" / f"{name}.yaml").write_text(needed)
    parsed = checking.load_house(tmp_path / "house.yaml")
    triage = {
        name: checking.load_triage(tmp_path / "triage" / f"{name}.yaml", parsed)
        for name in ("leg", "tired", "foot")
    }
    found = {(one.obligation, one.about) for one in prove_together(Library(parsed, triage, {})) if one.fails}
    assert found == {("needs", "leg"), ("needs", "other")}


def test_the_front_protocol_leads_to_every_other():
    library = load_library(FOLDER, draft=True)
    assert not [one for one in prove_together(library) if one.fails]
    front = library.triage["front"]
    shorter = replace(front, dispositions=tuple(one for one in front.dispositions if one.id != "diabetes"))
    less = replace(library, triage={**library.triage, "front": shorter})
    assert [(one.obligation, one.about) for one in prove_together(less) if one.fails] == [
        ("front", "diabetes")
    ]
