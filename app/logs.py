"""Configures logging: one JSON object per line on stderr, written by app/stderr.py.

The import of this module is enough, as in a training process or a worker of a cluster. The web
service also sets the level, and forwards the records of the standard library's loggers.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from app.stderr import lines

__all__ = ["adopt", "configure_logging", "log", "request_id"]

log: Any = structlog.get_logger()
"""`log.warning("what happened", job=…)`: a constant sentence, with the values as fields."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; "" outside of requests."""


def configure_logging(level: str) -> None:
    """Log from `level` on, the standard library's loggers (uvicorn's) included."""
    number = logging.getLevelNamesMapping()[level.upper()]
    _configure(number)
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(
        max(number, logging.WARNING)
    )  # leaves out other libraries' debug and info records
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.setLevel(max(number, logging.INFO))
        logger.propagate = name != "uvicorn.access"  # app/telemetry.py logs requests


def adopt(library: str) -> None:
    """Take the records of a library that has put handlers of its own on its loggers."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == library:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [], True


def _configure(level: int) -> None:
    # Each processor costs time at every request: two instead of structlog's usual five.
    structlog.configure(
        processors=[structlog.processors.format_exc_info, _to_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _QUEUED,
        cache_logger_on_first_use=False,
    )


def _to_json(logger: Any, name: str, event: MutableMapping[str, Any]) -> bytes:
    """Make the JSON line: the event with its values, level, time and request id."""
    event["level"] = name
    event["timestamp"] = datetime.now(UTC)
    if found := request_id.get():
        event["request_id"] = found
    return orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z)


class _Queued:
    """What structlog hands its lines to."""

    def msg(self, line: bytes) -> None:
        lines.put(line)

    debug = info = warning = error = critical = exception = log = msg


_QUEUED = _Queued()


def _dropped(count: int) -> bytes:
    event = {"event": "log lines were dropped: their reader is too slow", "count": count}
    return _to_json(None, "warning", event)


class _Forward(logging.Handler):
    """Hands the standard library's records to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        exc_info = {"exc_info": record.exc_info} if record.exc_info else {}
        log.log(record.levelno, record.getMessage(), logger=record.name, **exc_info)


lines.note = _dropped
_configure(logging.INFO)
