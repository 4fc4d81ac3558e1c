"""What administrators see and do of other systems at the FHIR door: keys, exports, and who is told of changes."""

from sqlmodel import select

from hub.audit import Audit
from hub.oauth_model import ClientKey
from hub.tokens import Scope
from tests.desk import Desk
from tests.fhir_clients import Client, new_key, public
from tests.service.test_fhir_export import Commissioner, works
from tests.service.test_fhir_subscriptions import Receiver, Subscriber

PAGE = {"accept": "text/html"}


def test_an_administrator_puts_in_a_key_and_takes_it_away(sqlite_desk: Desk) -> None:
    client, alex = Client(sqlite_desk), sqlite_desk.person("Alex Shaw")
    key = new_key()
    form = {"csrf": alex.headers["x-csrf-token"], "key": public(key)}
    path = f"/tokens/{client.row.key}/keys"
    assert alex.post(path, data=form).status_code == 303
    assert client.proves(client.signs(key)).status_code == 200
    page = alex.get("/tokens", headers=PAGE).text
    assert f'id="{client.id}"' in page
    added = sqlite_desk.rows(ClientKey)[-1]
    assert added.mark in page
    assert "private key" in alex.post(path, data=form | {"key": "-----BEGIN PRIVATE KEY-----"}).text
    dana = sqlite_desk.person("Dana Cole")
    own = {"csrf": dana.headers["x-csrf-token"]}
    assert dana.post(f"/tokens/keys/{added.id}/remove", data=own).status_code == 403, "a manager looks"
    assert alex.post(f"/tokens/keys/{added.id}/remove", data=form).status_code == 303
    assert client.proves(client.signs(key)).status_code == 401
    with sqlite_desk.hub.db.read() as session:
        did = [one.action for one in session.exec(select(Audit)) if one.action.startswith("client_key")]
    assert did == ["client_key_added", "client_key_removed"]


def test_exports_and_subscriptions_are_shown_and_ended(sqlite_desk: Desk) -> None:
    alex, receiver = sqlite_desk.person("Alex Shaw"), Receiver()
    assert "No system has" in alex.get("/connections", headers=PAGE).text
    one = Subscriber(sqlite_desk)
    made = one.subscribes(receiver.url)
    one.works()
    receiver.status = 503
    sqlite_desk.does("/api/calls/new")
    one.works()
    commissioner = Commissioner(sqlite_desk, [Scope.export_pseudonyms], name="North ICB").comes_in()
    where = commissioner.asks()
    works(sqlite_desk)
    page = alex.get("/connections", headers=PAGE).text
    for shown in (
        "it answered 503",
        "is tried again",
        "North ICB",
        "under pseudonyms",
        "ready to be fetched",
    ):
        assert shown in page, shown
    form = {"csrf": alex.headers["x-csrf-token"]}
    for path in ("/connections/exports/1/end", "/connections/subscriptions/1/end"):
        assert alex.post(path, data=form).status_code == 303
        assert alex.post(path, data=form).status_code == 303, "done twice it is done once"
        assert alex.post(path.replace("1", "99"), data=form).status_code == 404
    assert commissioner.http.get(where).status_code == 404
    assert one.gets(f"Subscription/{made['id']}")["status"] == "off"
    told = len(receiver.told)
    one.works(hours=1)
    assert len(receiver.told) == told
    receiver.close()
