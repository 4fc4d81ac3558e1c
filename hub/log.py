"""Structured logs, one JSON object a line, without personal data: only the fields named here are written."""

import logging
import sys
from typing import Any

import structlog

SAFE = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "logger",
        "process",
        "place",
        "case",
        "call",
        "effect",
        "queue",
        "kind",
        "state",
        "attempt",
        "attempts",
        "held_s",
        "ms",
        "status",
        "method",
        "route",
        "error",
        "where",
        "count",
        "name",
        "cursor",
        "viewers",
        "pid",
        "deadline",
        "late_s",
        "port",
    ]
)
"""What may stand in a log. Anything else is dropped, and its name is listed so that the loss is seen."""

STRUCTLOGS_OWN = ("_record", "_from_structlog")
"""What its formatter takes out again before the line is written."""


def _only_safe(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    dropped = sorted(key for key in event if key not in SAFE and key not in STRUCTLOGS_OWN)
    safe = {key: value for key, value in event.items() if key in SAFE or key in STRUCTLOGS_OWN}
    if dropped:
        safe["where"] = f"dropped: {' '.join(dropped)}"
    return safe


def _error_kind(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception's own text may name people: keep its kind and where it was raised."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple) and raised[1] is not None:
        trace = raised[2]
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
        event["error"] = f"{type(raised[1]).__name__} at {place}"
    return event


def configure(process: str) -> None:
    """Call once at the start of a process."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_kind,
        lambda _logger, _method, event: {**event, "process": process},
        _only_safe,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "rq", "rq.worker", "twilio.http_client", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
