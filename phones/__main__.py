"""`python -m phones`: the training network as a process of its own. The only place that reads settings."""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from phones.app import create_app
from phones.database import InUse
from phones.rules import is_number
from phones.settings import DEFAULT_SID, PhonesSettings


class Unusable(Exception):
    """The settings cannot be used; the sentence says which and why."""


def settings_from(environment: Mapping[str, str]) -> PhonesSettings:
    def need(name: str) -> str:
        value = environment.get(name, "").strip()
        if not value:
            raise Unusable(f"{name} is not set.")
        return value

    port = need("FP_PHONES_PORT")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Unusable("FP_PHONES_PORT is a port between 1 and 65535.")
    hub_number = need("FP_HUB_NUMBER")
    if not is_number(hub_number):
        raise Unusable("FP_HUB_NUMBER is written as +441134960000.")
    public_url = need("FP_PUBLIC_URL")
    if not public_url.startswith(("http://", "https://")):
        raise Unusable("FP_PUBLIC_URL begins with http:// or https://.")
    return PhonesSettings(
        folder=Path(need("FP_DATA")),
        token=need("FP_PHONES_TOKEN"),
        hub_number=hub_number,
        public_url=public_url,
        account_sid=environment.get("FP_PHONES_SID", "").strip() or DEFAULT_SID,
        host=environment.get("FP_PHONES_HOST", "").strip() or "127.0.0.1",
        port=int(port),
    )


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs an address for every webhook
    try:
        settings = settings_from(os.environ)
        app = create_app(settings)
    except (Unusable, InUse) as error:
        sys.stderr.write(f"The training phones cannot start: {error}\n")
        return 2
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,  # addresses hold telephone numbers
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
