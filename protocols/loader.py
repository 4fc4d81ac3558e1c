"""Loads the house, its triage protocols and its escalation protocols from a folder.

Every error is a ProtocolError whose faults read `file:line:column: what is wrong; what was probably meant`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from protocols.escalation_file import parse_escalation
from protocols.faults import Fault, ProtocolError
from protocols.house_file import parse_house
from protocols.model import EscalationProtocol, House, TriageProtocol
from protocols.stopped import Key, Stopped
from protocols.triage_file import parse_triage

__all__ = [
    "Fault",
    "Library",
    "ProtocolError",
    "load_escalation",
    "load_house",
    "load_library",
    "load_triage",
    "parse_escalation",
    "parse_house",
    "parse_triage",
    "read_file",
]

_Loaded = TypeVar("_Loaded", TriageProtocol, EscalationProtocol)


@dataclass(frozen=True)
class Library:
    """What a place runs on: triage protocols by id in the house's order, escalation protocols by what they serve.

    `stopped`: by kind and id, what somebody has stopped, and is therefore not among them.
    """

    house: House
    triage: Mapping[str, TriageProtocol]
    escalation: Mapping[str, EscalationProtocol]
    stopped: Mapping[Key, Stopped] = field(default_factory=dict)


def load_house(path: Path) -> House:
    """The house file at this path; ProtocolError with every fault."""
    return _house(_text(path), str(path))


def load_triage(path: Path, house: House) -> TriageProtocol:
    """The triage protocol at this path; ProtocolError with every fault."""
    protocol: TriageProtocol = _read_before(parse_triage, _text(path), str(path), house)
    return protocol


def load_escalation(path: Path, house: House) -> EscalationProtocol:
    """The escalation protocol at this path; ProtocolError with every fault."""
    ladder: EscalationProtocol = _read_before(parse_escalation, _text(path), str(path), house)
    return ladder


def read_file(path: Path) -> str | None:
    """The text of a protocol file; ProtocolError where it cannot be read."""
    return _text(path)


def yaml_in(folder: Path) -> list[Path]:
    """The protocol files of a folder, in the order of their names."""
    return sorted(folder.glob("*.yaml"))


def load_library(
    folder: Path,
    *,
    draft: bool,
    read: Callable[[Path], str | None] = read_file,
    files: Callable[[Path], Iterable[Path]] = yaml_in,
) -> Library:
    """Everything in `house.yaml`, `triage/*.yaml` and `escalation/*.yaml` of a folder.

    Only approved protocols, unless `draft`: a training place may run drafts too (never retired ones). All faults of
    all files are raised together, as one ProtocolError. `read` gives a file's text; None leaves the file out.
    `files`: those of one of the two folders.
    """
    house = _house(read(folder / "house.yaml") or "", str(folder / "house.yaml"))
    wanted = {"approved", "draft", "in_review"} if draft else {"approved"}
    faults: list[Fault] = []
    triage: dict[str, TriageProtocol] = {}
    escalation: dict[str, EscalationProtocol] = {}
    for path, protocol in _all(files(folder / "triage"), parse_triage, read, house, faults):
        if protocol.status not in wanted:
            continue
        if protocol.protocol in triage:
            faults.append(
                Fault(str(path), 1, 1, f'a second protocol "{protocol.protocol}"; give it another id')
            )
        triage[protocol.protocol] = protocol
    for path, ladder in _all(files(folder / "escalation"), parse_escalation, read, house, faults):
        if ladder.status not in wanted:
            continue
        for priority in ladder.serves:
            if priority in escalation:
                message = f'"{priority}" is already served by "{escalation[priority].escalation}"; remove it from one'
                faults.append(Fault(str(path), 1, 1, message))
            escalation[priority] = ladder
    faults += _unserved(folder, house, triage, escalation)
    if faults:
        raise ProtocolError(faults)
    return Library(house, _in_order(house, triage), escalation)


def _in_order(house: House, triage: Mapping[str, TriageProtocol]) -> dict[str, TriageProtocol]:
    first = [name for name in house.order if name in triage]
    return {name: triage[name] for name in dict.fromkeys([*first, *triage])}


def _unserved(
    folder: Path,
    house: House,
    triage: Mapping[str, TriageProtocol],
    escalation: Mapping[str, EscalationProtocol],
) -> list[Fault]:
    """A position that nobody would be asked to fill: its priority has no escalation protocol."""
    missing: dict[str, str] = {}
    for protocol in triage.values():
        for disposition in protocol.dispositions:
            offered = any(house.position(planned.kind).offered for planned in disposition.positions)
            if offered and disposition.priority not in escalation and disposition.priority != house.clinician:
                missing.setdefault(disposition.priority, f"{protocol.protocol}: {disposition.id}")
    return [
        Fault(
            str(folder / "escalation"),
            1,
            1,
            f'no escalation protocol serves "{priority}" ({user}); add or approve one',
        )
        for priority, user in missing.items()
    ]


def _all(
    paths: Iterable[Path],
    parse: Callable[[str, str, House], _Loaded],
    read: Callable[[Path], str | None],
    house: House,
    faults: list[Fault],
) -> list[tuple[Path, _Loaded]]:
    found: list[tuple[Path, _Loaded]] = []
    for path in paths:
        try:
            text = read(path)
            if text is not None:
                found.append((path, _read_before(parse, text, str(path), house)))
        except ProtocolError as error:
            faults += error.faults
    return found


# What a text means never changes: a library that is read anew parses what has changed alone.
_house = lru_cache(maxsize=16)(parse_house)


@lru_cache(maxsize=256)
def _read_before(parse: Callable[[str, str, House], _Loaded], text: str, name: str, house: House) -> _Loaded:
    return parse(text, name, house)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be opened: {error.strerror}; is the name right?"
        raise ProtocolError([Fault(str(path), 1, 1, message)]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise ProtocolError(
            [Fault(str(path), line, column, "not UTF-8 text; save the file as UTF-8")]
        ) from error
