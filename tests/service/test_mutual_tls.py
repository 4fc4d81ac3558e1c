"""A record server that wants to see our certificate, and whose own we must believe: over real TLS."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from hub.errors import Refused
from hub.outbox import EffectState
from hub.record_servers import read_record_servers
from tests.desk import Desk
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import RecordsWorker, configure, quick

CA, STRANGER = trustme.CA(), trustme.CA()


def written(folder: Path, name: str, certificate: trustme.LeafCert) -> dict[str, str]:
    """`cert_file` and `key_file` as the file of record servers names them."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.cert_chain_pems[0].write_to_path(cert)
    certificate.private_key_pem.write_to_path(key)
    return {"cert_file": str(cert), "key_file": str(key)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    CA.cert_pem.write_to_path(made / "ca.pem")
    STRANGER.cert_pem.write_to_path(made / "stranger.pem")
    return made


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Iterator[FhirServer]:
    theirs = written(folder, "theirs", CA.issue_cert("127.0.0.1"))
    ours = ssl.create_default_context(cafile=folder / "ca.pem")
    CA.issue_cert("test").configure_cert(ours)
    server = FhirServer((Path(theirs["cert_file"]), Path(theirs["key_file"]), folder / "ca.pem"), ours)
    yield server
    server.close()


@pytest.fixture
def ours(folder: Path) -> dict[str, str]:
    return {**written(folder, "ours", CA.issue_cert("first-point")), "ca_file": str(folder / "ca.pem")}


Hub = tuple[Path, pytest.MonkeyPatch, str]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Hub:
    return tmp_path, monkeypatch, sqlite_url


def works_with(hub: Hub, guarded: FhirServer, tls: dict[str, str]) -> RecordsWorker:
    folder, monkeypatch, url = hub
    there: dict[str, Any] = {"name": "leeds", "title": "Leeds", "base_url": guarded.url, "timeout_s": 5}
    configure(folder, monkeypatch, {**there, "connect_timeout_s": 5, "reads": True, "tls": tls})
    return RecordsWorker(Desk(folder, url))


def test_shown_a_certificate_that_it_believes_it_takes_what_is_written(
    hub: Hub, guarded: FhirServer, ours: dict[str, str]
) -> None:
    guarded.clear()
    worker = works_with(hub, guarded, ours)
    quick(worker)
    worker.works()
    assert guarded.milestones() == ["opened", "outcome, closed"]
    assert {one.state for one in worker.writes()} == {EffectState.settled}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("none of ours", "believe our certificate: look at cert_file"),
        ("a stranger's", "believe our certificate: look at cert_file"),
        ("we do not know who signed theirs", "its certificate is not believed: look at ca_file"),
    ],
)
def test_where_one_does_not_believe_the_other_it_waits_says_which_and_goes_once_it_is_put_right(
    hub: Hub, guarded: FhirServer, folder: Path, ours: dict[str, str], wrong: str, words: str
) -> None:
    guarded.clear()
    stranger = written(folder, "stranger", STRANGER.issue_cert("first-point"))
    tls = {
        "none of ours": {"ca_file": ours["ca_file"]},
        "a stranger's": {**ours, **stranger},
        "we do not know who signed theirs": {**ours, "ca_file": str(folder / "stranger.pem")},
    }[wrong]
    worker = works_with(hub, guarded, tls)
    quick(worker)
    worker.works()
    assert [one.state for one in worker.writes()] == [EffectState.waiting] * 2
    assert words in str(worker.writes()[0].error)
    assert guarded.asked == []
    at = worker.desk.clock.at
    worker.desk.hub.db.close()
    mended = works_with(hub, guarded, ours)
    mended.desk.clock.at = at
    mended.waits(hours=12)
    assert guarded.milestones() == ["opened", "outcome, closed"]


@pytest.mark.parametrize("wrong", ["another's key", "no certificate", "the key alone"])
def test_files_that_cannot_be_used_are_refused_at_start(
    folder: Path, ours: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    other = written(folder, "other", CA.issue_cert("other"))
    tls = {
        "another's key": {**ours, "key_file": other["key_file"]},
        "no certificate": {**ours, "cert_file": ours["key_file"]},
        "the key alone": {"key_file": ours["key_file"]},
    }[wrong]
    configure(
        tmp_path,
        monkeypatch,
        {"name": "leeds", "title": "Leeds", "base_url": "https://x.example", "tls": tls},
    )
    with pytest.raises(Refused, match=r"cert_file and (key_file|ca_file)"):
        read_record_servers(tmp_path / "record_servers.json", training=True)
