"""The preview: the file is checked anew as it is saved, a call is answered on it, and only this machine may look."""

import httpx
import pytest

from protocols.commands.preview import Looked, create_app
from tests.protocols.sound import HOUSE_TEXT, LEG, edited
from tests.stage import Served, free_port

NO_RULE = edited(LEG, ("      - {rule: pours, if: {blood: pours}}\n", ""))


@pytest.fixture
def preview(tmp_path):
    (tmp_path / "house.yaml").write_text(HOUSE_TEXT)
    file = tmp_path / "leg.yaml"
    file.write_text(LEG)
    bound = free_port()
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    served = Served(create_app(Looked(file, tmp_path / "house.yaml")), bound)
    with httpx.Client(base_url=url, timeout=30) as client:
        yield file, client
    served.stop(at_once=True)


def looks(client, seen=0):
    return client.get("/checked", params={"seen": seen}).raise_for_status().json()


def test_each_save_is_checked_and_told(preview):
    file, client = preview
    first = looks(client)
    assert (first["verdict"], first["title"]) == ("proved", "A sore leg, version 1.0.0")
    file.write_text(NO_RULE)
    second = looks(client, first["nth"])
    assert second["verdict"] == "not_proved"
    assert "floor" in {one["obligation"] for one in second["problems"]}
    file.write_text("no protocol")
    third = looks(client, second["nth"])
    assert (third["verdict"], third.get("questions")) == ("invalid", None)
    file.unlink()
    assert "cannot be opened" in looks(client, third["nth"])["problems"][0]["message"]
    file.write_text(LEG)
    assert looks(client, third["nth"] + 1)["verdict"] == "proved"


def test_the_house_is_looked_at_too(preview):
    file, client = preview
    first = looks(client)
    (file.parent / "house.yaml").write_text(HOUSE_TEXT.replace("unknown_limit: 3", "unknown_limit: 2"))
    assert looks(client, first["nth"])["verdict"] == "invalid", "the protocol is laxer than the house now"


def test_a_call_is_answered_on_it_and_the_sheet_is_drawn(preview):
    _, client = preview
    looks(client)
    told = client.post("/call", json={"answers": {"adult": "yes", "blood": "pours"}}).json()
    assert (told["label"], told["because"]) == ("NOW", ["Bleeding? pours"])
    refused = client.post("/call", json={"answers": {"blood": "perhaps"}})
    assert (refused.status_code, "Bleeding?" in refused.json()["problem"]) == (422, True)
    assert "A sore leg" in client.get("/sheet.svg").text


def test_a_page_of_elsewhere_gets_nothing(preview):
    _, client = preview
    assert client.get("/checked", headers={"host": "protocols.example"}).status_code == 400
    assert client.get("/").headers["content-security-policy"].startswith("default-src 'self'")
