import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.commands import remote, train_remote
from app.commands.errors import CommandError
from app.commands.remote import Server
from model.serialization.checkpoint import load_model

SMALL = ["--epochs", "2", "--train-examples", "500"]


def test_a_run_on_a_server_is_followed_to_its_end(byhand: Any, live_server: str) -> None:
    ran = byhand("train", *SMALL, "--url", live_server, "--name", "there", "--output", "got.npz")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0].startswith("Job ")
    assert [line for line in lines if line.startswith("epoch ")][-1].startswith("epoch   2   loss")
    assert any(line.startswith("Succeeded: model ") for line in lines)
    assert load_model(Path("got.npz")).parameters.layers == (784, 128, 10)
    job = httpx.get(f"{live_server}/train").json()["items"][0]
    assert (job["name"], job["state"], job["request"]["epochs"]) == ("there", "succeeded", 2)


def test_the_test_accuracies_of_blog_come_from_there(byhand: Any, live_server: str) -> None:
    ran = byhand("train", *SMALL, "--preset", "blog", "--url", live_server)
    lines = ran.out.splitlines()
    assert sum("   test accuracy " in line for line in lines) == 2
    assert sum("for looking, never for choosing" in line for line in lines) == 1


def test_ctrl_c_cancels_there_and_keeps_the_best(
    byhand: Any, live_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = train_remote.Bar.epoch

    def stop_after_an_epoch(bar: Any, *arguments: Any) -> None:
        shown(bar, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(train_remote.Bar, "epoch", stop_after_an_epoch)
    options = ["--epochs", 500, "--train-examples", 500]
    ran = byhand("train", *options, "--url", live_server)
    assert ran.code == 130
    assert "Cancelled: model " in ran.out
    job = httpx.get(f"{live_server}/train").json()["items"][0]
    assert job["state"] == "cancelled"
    assert job["model"] is not None


def test_a_refusal_is_told_in_the_servers_words(byhand: Any, live_server: str) -> None:
    ran = byhand("train", "--epochs", 0, "--url", live_server)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "epochs" in ran.err


def test_the_api_key_is_sent() -> None:
    server = Server("localhost:8000/", api_key="secret")
    assert server.url == "http://localhost:8000"
    assert server._client.headers["X-API-Key"] == "secret"


class Flaky(BaseHTTPRequestHandler):
    """Tells three events, and cuts the connection after each."""

    asked: list[str | None]

    def do_GET(self) -> None:
        last = self.headers.get("Last-Event-ID")
        self.asked.append(last)
        number = int(last or 0) + 1
        kind = "end" if number == 3 else "hint"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        data = json.dumps({"message": f"number {number}"})
        self.wfile.write(f": hello\n\nid: {number}\nevent: {kind}\ndata: {data}\n\n".encode())
        if number < 3:
            self.wfile.write(b"id: 99\nevent: hint\nda")  # half an event is no event

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(remote.time, "sleep", lambda seconds: None)
    Flaky.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_broken_stream_goes_on_where_it_broke(flaky: str) -> None:
    told = [(event, data["message"]) for event, data in Server(flaky).events("/events")]
    assert told == [("hint", "number 1"), ("hint", "number 2"), ("end", "number 3")]
    assert Flaky.asked == [None, "1", "2"]


def test_a_server_that_stays_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote.time, "sleep", lambda seconds: None)
    with pytest.raises(CommandError, match="went away; the run may go on there"):
        list(Server("http://127.0.0.1:9").events("/train/x/events"))
