"""`byhand train --url`: trains on a server and shows its progress here with the same bar."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console

from app.commands.bar import Bar
from app.commands.errors import CommandError
from app.commands.files import check_writable, write_whole
from app.commands.remote import Server
from model.messages import Message
from model.training.history import EpochMetrics
from model.training.state import Progress

__all__ = ["train_there"]


def train_there(
    url: str, api_key: str | None, request: Mapping[str, Any], name: str, output: Path | None
) -> None:
    """Start a job on a server and follow it; with `output`, download the weights at the end."""
    if output is not None:
        check_writable(output)
    console = Console(highlight=False, soft_wrap=True)
    with Server(url, api_key) as server:
        end = _run(server, console, {**request, "name": name} if name else dict(request))
        if end["model"] is None:
            reason = end["error"] or Message("command.no_epoch")
            raise CommandError("command.job_ended", state=end["state"], reason=reason)
        if output is not None:
            write_whole(output, server.call("GET", f"/models/{end['model']}/weights").content)
            console.print(f"Saved as {output}.")
    if end["state"] != "succeeded":
        raise CommandError("command.job_stopped", exit_code=130, state=end["state"])


def _run(server: Server, console: Console, request: Mapping[str, Any]) -> dict[str, Any]:
    """Run a job to its end, or cancel it at Ctrl-C; return the data of its event "end"."""
    job = server.call("POST", "/train", json=request).json()
    path = f"/train/{job['id']}"
    console.print(f"Job {job['id']} at {server.url}{path}")
    try:
        end = _follow(server, Bar(console), path)
    except KeyboardInterrupt:
        console.print("Cancelling; the best epoch so far is kept.")
        server.call("DELETE", path)
        end = _last(server, path)
    if end["model"] is not None:
        reached = end["test_accuracy"]
        says = "" if reached is None else f" Test accuracy {reached:.2%}."
        console.print(f"{end['state'].capitalize()}: model {end['model']}.{says}")
    return end


def _follow(server: Server, bar: Bar, path: str) -> dict[str, Any]:
    """Show a job's events on the bar; return the data of the last."""
    with bar, closing(server.events(f"{path}/events")) as events:
        for event, data in events:
            if event == "progress":
                bar.progress(Progress(**_fields(Progress, data)), data["eta_seconds"])
            elif event == "epoch":
                metrics = EpochMetrics(**_fields(EpochMetrics, data))
                bar.epoch(metrics, data["seconds"], data.get("test_accuracy"))
            elif event == "hint":
                bar.hint(data["message"], data.get("change"))
        if data.get("stopped_early"):
            bar.stopped_early(data["stopped_early"]["message"])
    return data


def _last(server: Server, path: str) -> dict[str, Any]:
    """Wait for a job's end; return the data of its last event."""
    with closing(server.events(f"{path}/events")) as events:
        *_, (_, data) = events
    return data


def _fields(kind: type[Progress | EpochMetrics], data: Mapping[str, Any]) -> dict[str, Any]:
    """The items of `data` that are fields of `kind`; a newer server may send more."""
    return {field.name: data[field.name] for field in fields(kind) if field.name in data}
