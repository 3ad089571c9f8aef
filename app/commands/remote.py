"""A client of a running server for the commands: its REST API and its event streams."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from typing import Any, Self

import httpx

from app.commands.errors import CommandError

__all__ = ["Server"]

TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # seconds
RECONNECTS = 10  # in a row, a second apart: enough for a server to restart
PAGE = 100  # items in one request


class Server:
    """The REST API at `url`. An error response is raised as a CommandError with its `detail`."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        if not url.startswith(("http://", "https://")):
            url = f"http://{url}"
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request. Raises CommandError for an error status or if there is no connection."""
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise CommandError("command.no_answer", url=self.url, error=error) from None
        if response.is_error:
            raise CommandError("command.refused", url=self.url, reason=_reason(response))
        return response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def items(self, path: str) -> Iterator[dict[str, Any]]:
        """Everything that a list has, page after page."""
        cursor = None
        while True:
            params = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
            page = self.call("GET", path, params=params).json()
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def events(self, path: str) -> Generator[tuple[str, dict[str, Any]]]:
        """Yield (event, data) of a stream of Server-Sent Events up to the event "end".

        A lost connection is resumed by Last-Event-ID; after RECONNECTS, CommandError is raised.
        """
        last, failures = "", 0
        while True:
            try:
                headers = {"Last-Event-ID": last} if last else {}
                timeout = httpx.Timeout(60.0, connect=5.0)  # the server sends a comment more often
                with self._client.stream("GET", path, headers=headers, timeout=timeout) as response:
                    if response.is_server_error:  # it may be stopping or starting
                        raise httpx.ReadError("not ready")
                    if response.is_error:
                        response.read()
                        raise CommandError(
                            "command.refused", url=self.url, reason=_reason(response)
                        )
                    for event, identity, data in _parse(response.iter_lines()):
                        last, failures = identity, 0
                        yield event, data
                        if event == "end":
                            return
            except httpx.HTTPError:
                pass
            failures += 1
            if failures > RECONNECTS:
                raise CommandError("command.went_away", url=self.url, path=path)
            time.sleep(1)


def _parse(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (event, id, data) of each event; comments and unknown fields are ignored."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield fields.get("event", "message"), fields.get("id", ""), json.loads(fields["data"])
            fields = {}


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code} {response.reason_phrase}"
