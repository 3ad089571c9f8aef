"""A running byhand as seen from the command line: REST calls, and a training run followed live."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from app.commands.bar import Bar
from app.commands.errors import CommandError
from app.commands.files import check_writable, write_whole
from model.training import EpochMetrics, Progress

__all__ = ["Server", "train_there"]

TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # seconds
RECONNECTS = 10  # in a row, a second apart: a server that restarts is back within that


class Server:
    """The REST API at `url`. Whatever it refuses becomes a CommandError with its own words."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        if not url.startswith(("http://", "https://")):
            url = f"http://{url}"
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call; raises CommandError when it is refused or the server cannot be reached."""
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise CommandError(
                f"{self.url} does not answer ({error}). Is byhand running there?"
            ) from None
        if response.is_error:
            raise CommandError(f"{self.url} refused: {_reason(response)}")
        return response

    def events(self, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(event, data) of a stream of Server-Sent Events.

        A lost connection is taken up again where it broke; after too many, CommandError.
        """
        last, failures = "", 0
        while True:
            try:
                headers = {"Last-Event-ID": last} if last else {}
                timeout = httpx.Timeout(60.0, connect=5.0)  # the server sends a comment more often
                with self._client.stream("GET", path, headers=headers, timeout=timeout) as response:
                    if response.is_error:
                        response.read()
                        raise CommandError(f"{self.url} refused: {_reason(response)}")
                    for event, identity, data in _parse(response.iter_lines()):
                        last, failures = identity, 0
                        yield event, data
                        if event == "end":
                            return
            except httpx.HTTPError:
                pass
            failures += 1
            if failures > RECONNECTS:
                raise CommandError(f"{self.url} went away; the run may go on there: GET {path}")
            time.sleep(1)


def _parse(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(event, id, data) of each event; comments and unknown fields are passed over."""
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


def train_there(
    url: str, api_key: str | None, request: Mapping[str, Any], name: str, output: Path | None
) -> None:
    """Start a job on a server and follow it; with `output`, fetch the weights at the end."""
    if output is not None:
        check_writable(output)
    server, console = Server(url, api_key), Console()
    body = {**request, "name": name} if name else dict(request)
    job = server.call("POST", "/train", json=body).json()
    path = f"/train/{job['id']}"
    console.print(f"Job {job['id']} at {server.url}{path}", highlight=False, soft_wrap=True)
    try:
        end = _follow(server, console, path)
    except KeyboardInterrupt:
        server.call("DELETE", path)
        console.print("Cancelled; waiting for the best epoch so far.")
        end = _follow(server, console, path, quiet=True)
    if end["model"] is None:
        raise CommandError(f"the job {end['state']}: {end.get('error') or 'no epoch was finished'}")
    accuracy = end.get("test_accuracy")
    reads = "" if accuracy is None else f" Test accuracy {accuracy:.2%}."
    console.print(f"{end['state'].capitalize()}: model {end['model']}.{reads}", highlight=False)
    if output is not None:
        write_whole(output, server.call("GET", f"/models/{end['model']}/weights").content)
        console.print(f"Saved as {output}.", highlight=False, soft_wrap=True)
    if end["state"] != "succeeded":
        raise CommandError(f"the job was {end['state']}.", 130)


def _follow(server: Server, console: Console, path: str, quiet: bool = False) -> dict[str, Any]:
    """Show a job's events until its end; the payload of `end`."""
    with Bar(console) as bar:
        for event, data in server.events(f"{path}/events"):
            if event == "end":
                return data
            if quiet:
                continue
            if event == "progress":
                bar.progress(Progress(**_fields(Progress, data)), data["eta_seconds"])
            elif event == "epoch":
                bar.epoch(EpochMetrics(**_fields(EpochMetrics, data)), data["seconds"])
            elif event == "hint":
                bar.hint(data["message"])
    raise CommandError(f"the events of {path} ended without an end.")


def _fields(kind: type[Progress | EpochMetrics], data: Mapping[str, Any]) -> dict[str, Any]:
    """What of `data` a `kind` has a field for: a newer server may say more."""
    return {field.name: data[field.name] for field in fields(kind) if field.name in data}
