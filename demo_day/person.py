"""Somebody of the hub with a browser that does not give up: what was not answered is sent again."""

import re
import time
from typing import Any

import httpx

PAUSE_S = 0.3
GIVE_UP_S = 300.0


class Person:
    """Logged in by the log-in page. `tried_again` and `got_through` are for who keeps count."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.client = log_in(url, name, password)
        self.client.timeout = httpx.Timeout(10)

    def tried_again(self) -> None: ...

    def got_through(self) -> None: ...

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response | None:
        """One try; None where it is not known what became of it."""
        try:
            answer = self.client.request(method, path, json=body, headers={"Accept": "application/json"})
        except httpx.TransportError:
            answer = None
        if answer is None or answer.status_code >= 500 or answer.status_code in (408, 425, 429):
            self.tried_again()
            time.sleep(PAUSE_S)
            return None
        self.got_through()
        return answer

    def insist(self, path: str, body: Any, method: str = "POST") -> httpx.Response:
        """The same request until the hub has answered it: for what may be sent twice."""
        end = time.monotonic() + GIVE_UP_S
        while (answer := self.ask(method, path, body)) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"{path}: no answer for {GIVE_UP_S:g} s")
        return answer

    def close(self) -> None:
        self.client.close()


def log_in(url: str, name: str, password: str) -> httpx.Client:
    """A browser's way in: the log-in form, the cookie, and the page's own proof for what follows."""
    client = httpx.Client(base_url=url, timeout=15, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"})
    answer = client.post("/log-in", data={"name": name, "password": password})
    if answer.status_code != 303:
        raise PermissionError(f"log-in of {name}: {answer.status_code} {answer.text[:300]}")
    page = client.get("/phones", headers={"Accept": "text/html"})
    found = re.search(r'name="csrf-token" content="([0-9a-f]+)"', page.text)
    if not found:
        raise PermissionError(page.text[:500])
    client.headers["X-CSRF-Token"] = found[1]
    return client
