"""Which record servers there are, and how they let us in: a file that is checked at start, and a key of our own."""

from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.errors import Refused
from hub.record_servers import read_record_servers
from tests.desk import Desk
from tests.fhir_server import FhirServer
from tests.fhir_server.hand import RecordsWorker, configure, quick


def test_a_token_is_got_by_our_own_key_and_kept(
    fhir: FhirServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    file = tmp_path / "our.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    auth = {
        "kind": "signed_jwt",
        "token_url": f"{fhir.root}/token",
        "client_id": "first-point",
        "key_file": str(file),
        "key_id": "k1",
    }
    configure(tmp_path, monkeypatch, {"name": "leeds", "title": "Leeds", "base_url": fhir.url, "auth": auth})
    worker = RecordsWorker(Desk(tmp_path, sqlite_url))
    fhir.next({}, {"status": 401})
    quick(worker)
    worker.works()
    assert fhir.milestones() == ["opened", "outcome, closed"]
    assert len(fhir.tokens) == 2, "one, and a new one after a 401"
    form = parse_qs(fhir.tokens[0])
    said = jwt.decode(
        form["client_assertion"][0], key.public_key(), algorithms=["RS384"], audience=auth["token_url"]
    )
    assert (said["iss"], said["sub"], form["grant_type"]) == (
        "first-point",
        "first-point",
        ["client_credentials"],
    )
    assert fhir.asked[-1]["authorization"] == "Bearer t2"
    worker.desk.hub.db.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ":1:2 is not JSON"),
        ('{"servers": [{"name": "A B", "title": "A", "base_url": "https://a"}]}', "servers.0.name: "),
        ('{"servers": [{"name": "a", "title": "A", "base_url": "ftp://a"}]}', "must begin with https://"),
        (
            '{"servers": [{"name": "a", "title": "A", "base_url": "https://a", "writs": true}]}',
            "servers.0.writs",
        ),
        ('{"servers": [{"name": "a", "title": "A", "base_url": "http://a"}]}', "needs https:// for a"),
    ],
)
def test_a_file_that_is_wrong_is_said_so_at_start(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "servers.json"
    file.write_text(text)
    with pytest.raises(Refused) as refused:
        read_record_servers(file, training=False)
    assert said in str(refused.value)
