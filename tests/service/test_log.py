"""What a process writes down: one JSON object a line, and nothing about anybody."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from hub import log

NAME = "Maureen Doyle"


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


def test_a_line_is_one_object(lines: Any) -> None:
    log.configure("dispatch-1")
    logging.getLogger("workers.relay").warning("carrier", extra={"effect": 7, "attempts": 2})
    (line,) = lines()
    assert {k: line[k] for k in ("event", "level", "process", "effect", "attempts")} == {
        "event": "carrier",
        "level": "warning",
        "process": "dispatch-1",
        "effect": 7,
        "attempts": 2,
    }
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("key", ["person_name", "phone", "body", "address", "nhs_number", "_person"])
def test_what_is_not_on_the_list_is_dropped_and_its_loss_is_said(lines: Any, key: str) -> None:
    log.configure("dispatch-1")
    logging.getLogger("x").info("saved", extra={key: NAME, "case": 3})
    (line,) = lines()
    assert NAME not in json.dumps(line)
    assert line["case"] == 3
    assert key in line["where"]


def test_an_exceptions_own_text_is_never_written(lines: Any) -> None:
    log.configure("dispatch-1")
    try:
        raise ValueError(f"no such person: {NAME}")
    except ValueError:
        logging.getLogger("x").exception("effect_fault")
    (line,) = lines()
    assert NAME not in json.dumps(line)
    assert line["error"].startswith("ValueError at test_log.py:")


def test_nor_are_those_behind_it(lines: Any) -> None:
    log.configure("dispatch-1")
    try:
        try:
            raise KeyError(NAME)
        except KeyError as behind:
            raise RuntimeError(NAME) from behind
    except RuntimeError:
        logging.getLogger("x").error("fault", exc_info=True, stack_info=True)
    text = json.dumps(lines())
    assert NAME not in text
    assert "RuntimeError" in text


def test_people_of_the_hub_and_the_case_are_numbers() -> None:
    """The list itself: nothing that could hold a name, a number or words of a person."""
    assert not log.SAFE & {
        "person",
        "person_name",
        "phone",
        "to",
        "body",
        "text",
        "words",
        "user",
        "email",
        "ip",
    }


def test_chatty_libraries_are_kept_down(lines: Any) -> None:
    log.configure("dispatch-1")
    logging.getLogger("httpx").info("POST https://api.twilio.com/…/Messages.json To=+447700900141")
    logging.getLogger("twilio.http_client").info("Body: FP 4K7C")
    assert lines() == []
