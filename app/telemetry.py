"""Prometheus metrics, a log line and an id for every request.

`Telemetry` is the outermost middleware: it times every request, counts it under its route's
template, logs it, and turns an exception that nothing else caught into a 500 problem with the
request id.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from random import getrandbits
from time import perf_counter
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.logs import log, request_id
from app.problems import unexpected
from app.stderr import lines

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Metrics", "Telemetry"]

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # polled often, so logged at debug
BUCKETS = (
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
)  # seconds
CLIENT_GONE = 499  # the status that is counted if the client disconnected before the response
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})

_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")  # a client's id is written to the log


class Metrics:
    """The service's metrics, in a registry of their own, as a process may hold two services."""

    def __init__(self) -> None:
        # Leave out the series _created, which nobody plots.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "byhand_requests",
            "Requests answered, by route template, method and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "byhand_request_seconds",
            "Seconds from a request's first byte to its answer's last.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.predictions = Counter(
            "byhand_predictions", "Images read by the network.", registry=self.registry
        )
        dropped = Counter(
            "byhand_log_lines_dropped",
            "Lines of the log that found no room, as stderr was not read.",
            registry=self.registry,
        )
        lines.on_drop = dropped.inc
        self._children: dict[tuple[str, str, int], tuple[Callable[[], None], Any]] = {}

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one response and its duration."""
        key = (route, method, status)
        child = self._children.get(key)
        if child is None:  # looking a labelled child up costs more than counting
            child = (self.requests.labels(*map(str, key)).inc, self.seconds.labels(route).observe)
            self._children[key] = child
        count, observe = child
        count()
        observe(seconds)

    def render(self, jobs: Mapping[str, int] | None = None) -> bytes:
        """All metrics in Prometheus' text format, summed over all server processes.

        `jobs` is the number of jobs in the store by state, which any replica changes; None when
        the store did not tell.
        """
        counted = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            from prometheus_client.multiprocess import MultiProcessCollector

            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        # Apart from the rest, which is summed over processes: each job would count repeatedly.
        store = CollectorRegistry()
        store.register(_Store(jobs))
        return generate_latest(counted) + generate_latest(store)


class _Store(Collector):
    """byhand_store_up, and byhand_jobs{state} if the store told them."""

    def __init__(self, jobs: Mapping[str, int] | None) -> None:
        self._jobs = jobs

    def collect(self) -> list[GaugeMetricFamily]:
        """The two gauges."""
        answers = self._jobs is not None
        up = GaugeMetricFamily("byhand_store_up", "1 while the store answers, 0 else.", answers)
        jobs = GaugeMetricFamily(
            "byhand_jobs", "Training jobs in the store, by state.", labels=["state"]
        )
        for state, count in (self._jobs or {}).items():
            jobs.add_metric([state], count)
        return [up, jobs]


class Telemetry:
    """ASGI middleware: id, metrics and log line of every request; renders uncaught exceptions."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log_level: str) -> None:
        self.app = app
        self.metrics = metrics
        self.log = log.bind()  # bound once; `log` itself would bind again at each request
        self.logged = (log_level in ("debug", "info"), log_level == "debug")  # usual, quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        id = _incoming_id(scope) or f"{getrandbits(64):016x}"
        request_id.set(id)
        id_header = (b"x-request-id", id.encode())
        status = CLIENT_GONE

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append(id_header)
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("fault", method=scope["method"], path=scope["path"])
            if status == CLIENT_GONE:
                await unexpected(id)(scope, receive, send_with_id)
            else:
                raise  # the response has begun: the server must cut the connection
        finally:
            seconds = perf_counter() - start
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.metrics.observe(_route(scope), method, status, seconds)
            if self.logged[scope["path"] in QUIET]:
                client = scope.get("client")
                self.log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round(seconds * 1000, 3),
                    client=client[0] if client else None,
                )


def _incoming_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return str(value, "ascii")
    return None


def _route(scope: Scope) -> str:
    """The path template of the route: a label with few values, whatever the paths."""
    return getattr(scope.get("route"), "path", "unmatched")
