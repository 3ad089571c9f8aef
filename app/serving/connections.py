"""uvicorn's HTTP/1.1 protocol with the limits that it lacks: of heads, of time, of connections.

A connection costs a file handle, a head memory, and what is in it the event loop's time, whoever
sends them. uvicorn limits none of these where llhttp parses (only in its slow parser, h11), so this
protocol does. It sits on uvicorn's insides; `protocol` gives it to the versions it was tried with.
"""

from __future__ import annotations

import asyncio
import heapq
from functools import cache
from http import HTTPStatus
from importlib import metadata
from typing import cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.errors import BadRequest, HeadTooLarge, ProblemError, TooSlow, UriTooLong
from app.logs import log
from app.receiving import SLOWEST_BODY
from app.serving.coalescing import CoalescingTransport
from app.serving.unsent import ANSWER_SECONDS, Debt, in_excess

__all__ = [
    "HEAD_SECONDS",
    "MOST_HEAD",
    "MOST_URL",
    "TRIED",
    "BoundedProtocol",
    "most_connections",
    "protocol",
    "raise_file_limit",
]

TRIED = ((0, 37), (0, 54))  # the oldest and the newest uvicorn that the tests have passed with
SLICE = 16 * 1024  # bytes that are parsed before it is looked whether requests are waiting
MOST_HEAD = 48 * 1024  # bytes; heads of less than 32 KB are always taken, of more than 64 KB never
MOST_URL = 8 * 1024  # bytes, which RFC 9110 (4.1) advises to take at least
HEAD_SECONDS = 20.0  # for a head to arrive, from its first byte or the connection's beginning
BODY_SECONDS = SLOWEST_BODY  # from the head's end; app/receiving.py counts from the first part
FEWEST, MOST = 16, 8192  # connections at the same time
# File handles for all but connections: 31 for SQLite's fifteen connections, each with its log, 19
# of the loop, streams and pools, 9 pipes for each process that trains; the rest for what comes.
OTHER_FILES = 128
FILES_EACH = 2  # a connection's own, and that of the file which it is being sent
FILES = 65_536  # more handles are not asked for


def protocol() -> type[asyncio.Protocol] | str:
    """What uvicorn shall speak HTTP with: a bounded protocol, or h11 in a version not tried.

    h11 bounds heads as well, but no time and no connections, and it is slower.
    """
    version = tuple(int(part) for part in metadata.version("uvicorn").split(".")[:2])
    if TRIED[0] <= version <= TRIED[1]:
        return BoundedProtocol
    log.warning("uvicorn untried", version=metadata.version("uvicorn"), instead="h11")
    return "h11"


def raise_file_limit() -> None:
    """Use as many file handles as the system lets this process have; each connection is one."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@cache
def most_connections() -> int:
    """How many connections may be open, by the file handles of this process."""
    try:
        import resource
    except ImportError:
        return MOST
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST
    return max(FEWEST, min((files - OTHER_FILES) // FILES_EACH, MOST))


class BoundedProtocol(HttpToolsProtocol):
    """A connection that costs no more than it should.

    Bytes are parsed in slices. While requests that came ahead of their turn are waiting, the rest
    is held back and nothing more is read (uvicorn would make a task of each at once).
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, and close others if there are too many."""
        joined = CoalescingTransport(transport, self.loop, self.tasks)
        super().connection_made(cast("asyncio.Transport", joined))
        self.debt = Debt(joined, self.loop.time())
        self.url = b""  # uvicorn's own, which it sets at the first head only
        self.in_head = False
        self.unused = 0  # bytes since a head began, or since a body last grew
        self.held = b""
        self.turn_since = self.loop.time()  # when it last became the client's turn
        self.head_since: float | None = self.turn_since  # None: no head is due
        self.look_again = self.loop.call_later(HEAD_SECONDS, self._look)
        if len(self.connections) > most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.look_again.cancel()
        self.held = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, or hold it back."""
        self._unset_keepalive_if_required()
        if self.head_since is None and self._is_waiting():
            self.head_since = self.loop.time()
        if self.held:
            self.held += data
            self.flow.pause_reading()
        else:
            self._parse(data)

    def on_message_begin(self) -> None:
        """A head begins."""
        self.in_head, self.unused = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is complete: start its request, unless it asks for an upgrade."""
        self.in_head, self.head_since, self.unused = False, None, 0
        self.body_since = self.loop.time()
        self._check_address()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body: what comes between parts and after them is bounded as a head is."""
        self.unused = 0
        super().on_body(body)
        if self._is_waiting() and not self.flow.read_paused:
            # Answered already: what nobody wants is read without haste, as others want their turn.
            self.flow.pause_reading()
            self.loop.call_soon(self._read_on)

    def on_response_complete(self) -> None:
        """Take the next request that waits, and parse what was held back when none does."""
        self.turn_since = self.loop.time()
        if self.in_head:
            self.head_since = self.turn_since
        super().on_response_complete()
        if self.held and not self.transport.is_closing():
            if self.pipeline:
                self.flow.pause_reading()
            else:
                held, self.held = self.held, b""
                self._parse(held)

    def pause_writing(self) -> None:
        """Much is unsent: see whether it is too much for all connections."""
        super().pause_writing()
        others = cast("set[BoundedProtocol]", self.connections)
        for connection in in_excess(others, self.loop.time()):
            connection._abort_unread()

    def _read_on(self) -> None:
        if not (self.held or self.pipeline or self.transport.is_closing()):
            self.flow.resume_reading()

    def _parse(self, data: bytes) -> None:
        """Parse slice by slice, until requests wait for their turn."""
        try:
            if len(data) <= SLICE and not self.pipeline:  # as nearly always
                self._parse_slice(data)
                return
            for start in range(0, len(data), SLICE):
                if self.pipeline:
                    self.held = data[start:]
                    self.flow.pause_reading()
                    return
                self._parse_slice(data[start : start + SLICE])
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, ProblemError) else BadRequest("request.http"))
        except ProblemError as error:
            self._refuse(error)

    def _parse_slice(self, data: bytes) -> None:
        rest = data
        while rest:
            try:
                self.parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                self._repeat_without_upgrade()
        self.unused += len(data)
        if self.unused > MOST_HEAD:
            self._check_address()
            raise HeadTooLarge("security.head", most=MOST_HEAD)

    def _should_upgrade(self) -> bool:
        """Make uvicorn let alone a head that asks for an upgrade: it is repeated without."""
        return True

    def _check_address(self) -> None:
        if len(self.url) > MOST_URL:
            raise UriTooLong("security.url", most=MOST_URL, found=len(self.url))

    def _repeat_without_upgrade(self) -> None:
        """Parse the head again without its Upgrade, which a server may ignore (RFC 9110, 7.8).

        llhttp takes what follows such a head for another protocol, so it would lose the body.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":  # which is an upgrade in itself
            raise httptools.HttpParserError
        version = self.parser.get_http_version().encode()
        head = [b"%s %s HTTP/%s" % (method, self.url, version)]
        head += [b"%s: %s" % pair for pair in self.headers if pair[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
        self.parser.feed_data(b"\r\n".join([*head, b"", b""]))

    def _is_waiting(self) -> bool:
        """Whether no request of this connection is under way."""
        return self.cycle is None or self.cycle.response_complete

    def _look(self) -> None:
        """Give up on what is late; the connection looks every few seconds, also while it closes."""
        now = self.loop.time()
        if self.debt.look(now) and self.debt.still(now) >= ANSWER_SECONDS:
            self._abort_unread()
            return
        if not self.transport.is_closing():
            self._look_at_request(now)
        self.look_again = self.loop.call_later(HEAD_SECONDS / 4, self._look)

    def _look_at_request(self, now: float) -> None:
        """Give up on a head or a body that is late."""
        late = self.head_since is not None and now >= self.head_since + HEAD_SECONDS
        if late and not self.in_head:
            self.transport.close()
        elif late:
            self._refuse(TooSlow("security.slow_head", seconds=HEAD_SECONDS))
        elif self._owes_body() and now >= self.body_since + BODY_SECONDS:
            self._refuse(TooSlow("security.slow_body", seconds=BODY_SECONDS))

    def _owes_body(self) -> bool:
        """Whether a request waits for more of its body before it is answered."""
        cycle = self.cycle
        return cycle is not None and cycle.more_body and not cycle.response_started

    def _refuse(self, error: ProblemError) -> None:
        """Answer what cannot be a request, and close the connection."""
        if self.transport.is_closing():
            return
        from app.problems import render  # which imports FastAPI

        log.info("refused", code=error.message.code, client=self.client and self.client[0])
        response = render(error)
        headers = [*response.raw_headers, (b"connection", b"close")]
        phrase = HTTPStatus(error.status).phrase.encode()
        lines = [
            b"HTTP/1.1 %d %s" % (error.status, phrase),
            *(b"%s: %s" % pair for pair in headers),
        ]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()

    def _make_room(self) -> None:
        """Close those that keep the server waiting for a head longest; if none does, the slowest.

        As many as a 32nd at once, so that looking through all of them costs little for each.
        """
        others = cast("set[BoundedProtocol]", self.connections) - {self}
        longest = heapq.nsmallest(max(1, most_connections() // 32), others, BoundedProtocol._claim)
        for place, other in enumerate(longest):
            if place == 0 or other._is_waiting():
                other._abort()

    def _abort_unread(self) -> None:
        log.info("unread", unsent=self.debt.unsent, client=self.client and self.client[0])
        self._abort()

    def _abort(self) -> None:
        """Close without waiting for what is unsent."""
        self.connections.discard(self)
        self.transport.abort()

    def _claim(self) -> tuple[int, float]:
        """What a connection has to stay open for, less first; then since when."""
        if self._is_waiting():
            return 0, self.turn_since
        return 1 if self._owes_body() else 2, self.turn_since
