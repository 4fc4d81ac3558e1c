"""Checks protocol files as the command line and a pull request do: shape, examples, and proofs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from protocols.examples import run_examples
from protocols.faults import Fault
from protocols.loader import (
    ProtocolError,
    load_escalation,
    load_house,
    load_library,
    load_triage,
    read_file,
)
from protocols.model import EscalationProtocol, House, TriageProtocol
from protocols.proof.comparison import Comparison
from protocols.proof.findings import Finding
from protocols.proof.kept import KeptProofs
from protocols.proof.ladders import prove_ladder, who_knows
from protocols.proof.prover import prove
from protocols.proof.together import prove_together
from protocols.schema import kind_of
from protocols.source import sha256_of


@dataclass
class Checked:
    """What was found about one file, or (with `file` a folder) about the protocols of a place together."""

    file: Path
    faults: Sequence[Fault] = ()
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    examples: Sequence[Fault] = ()
    """Those that come out otherwise than they say."""
    text: str = ""
    """As it was proved: the file may have been saved anew since."""

    @property
    def verdict(self) -> Literal["proved", "not_proved", "invalid"]:
        """`invalid` is what cannot be read as a protocol at all, so that nothing could be proved of it."""
        if self.faults:
            return "invalid"
        unproved = self.examples or any(finding.fails for finding in self.findings)
        return "not_proved" if unproved else "proved"

    @property
    def sound(self) -> bool:
        """Whether nothing stands against its use."""
        return self.verdict == "proved"


@dataclass(frozen=True)
class Checker:
    """`house` is the house file, without one the nearest `house.yaml`; `against` the approved file or folder."""

    kept: KeptProofs
    home: Path
    house: Path | None = None
    against: Path | None = None

    def check(self, paths: Sequence[Path]) -> Iterator[Checked]:
        """One after the other, as they are done."""
        for path in paths:
            files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
            sound = True
            for file in files:
                checked = self._file(file)
                sound = sound and not checked.faults
                yield checked
            if sound and (path / "house.yaml").exists():
                yield self.place(path)

    def _file(self, file: Path) -> Checked:
        text = ""
        try:
            text = read_file(file) or ""
            return replace(self._read(file, text), text=text)
        except ProtocolError as error:
            return Checked(file, error.faults, text=text)

    def _read(self, file: Path, text: str) -> Checked:
        """Raises `ProtocolError`."""
        if file.name == "house.yaml":
            load_house(file)
            return Checked(file)
        house = load_house(house_of(file, self.house, self.home))
        if kind_of(text) == "escalation":
            return self._escalation(file, load_escalation(file, house), house)
        kept = self._unchanged(file, text, house)
        return kept or self._triage(file, load_triage(file, house), house)

    def _unchanged(self, file: Path, text: str, house: House) -> Checked | None:
        """What was found of exactly this text in this house before; only what is sound in itself is kept so."""

        def anew() -> tuple[Finding, ...]:
            protocol = load_triage(file, house)
            if run_examples(protocol, house, str(file)):
                raise _Unsound
            return self._proved(protocol, house)

        if self.against is not None:
            return None
        try:
            return Checked(file, (), self.kept.findings(anew, "file", sha256_of(text), house.sha256))
        except _Unsound:
            return None

    def _proved(self, protocol: TriageProtocol, house: House) -> tuple[Finding, ...]:
        return self.kept.findings(lambda: prove(protocol, house).findings, protocol.sha256, house.sha256)

    def _triage(self, file: Path, protocol: TriageProtocol, house: House) -> Checked:
        examples = run_examples(protocol, house, str(file))
        findings = self._proved(protocol, house)
        before = self._before(file, protocol, house)
        if before is None:
            return Checked(file, (), findings, (), examples)
        comparison = Comparison(before, protocol, house)
        changes = self.kept.findings(
            lambda: tuple(comparison.changes()), "against", before.sha256, protocol.sha256, house.sha256
        )
        return Checked(file, (), (*findings, *changes), tuple(comparison.words()), examples)

    def _before(self, file: Path, protocol: TriageProtocol, house: House) -> TriageProtocol | None:
        """The approved version of this protocol; None where there is none, or nothing was named."""
        if self.against is None:
            return None
        path = self.against if self.against.is_file() else self.against / "triage" / file.name
        if not path.exists():
            return None
        before = load_triage(path, house)
        return before if before.protocol == protocol.protocol and before.sha256 != protocol.sha256 else None

    def _escalation(self, file: Path, ladder: EscalationProtocol, house: House) -> Checked:
        notes = tuple(
            f"{told.role} knows at minute {told.minute:g} by {' and '.join(told.ways)}"
            + (f", and again every {told.again_min:g} min" if told.again_min else "")
            for told in who_knows(ladder)
        )
        return Checked(file, (), prove_ladder(ladder, house), notes)

    def place(self, folder: Path) -> Checked:
        """All protocols of a folder together."""
        try:
            texts = [sha256_of(read_file(path) or "") for path in sorted(folder.rglob("*.yaml"))]
            together = self.kept.findings(
                lambda: prove_together(load_library(folder, draft=True)), "place", *texts
            )
        except ProtocolError as error:
            return Checked(folder, error.faults)
        return Checked(folder, (), together)


def house_of(file: Path, named: Path | None, home: Path) -> Path:
    """The house file that a protocol stands in: what was named, else the nearest above it, else that of `home`."""
    near = (folder / "house.yaml" for folder in file.resolve().parents)
    return named or next((path for path in near if path.exists()), home / "house.yaml")


class _Unsound(Exception):
    """Its examples do not hold: that is said each time."""
