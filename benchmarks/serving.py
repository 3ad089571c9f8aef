"""Measures throughput, latency, start time and memory of the service, beside its peers.

    python benchmarks/serving.py [--rounds 3] [--seconds 4] [--quick]

Each server runs on one core with logs and metrics on, as shipped; wrk asks from the other over 16
connections. All run at once and are measured in turn, so that a slow spell of the machine affects
them all; a row is the median of its rounds. `per CPU second` divides by the server's own CPU time:
on a machine with other work it says more than the wall clock does.
"""

import argparse
import asyncio
import io
import json
import statistics
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from load import Call, flood, percentile, trickle
from peers.environment import UnavailableError
from PIL import Image
from servers import Server, running

from model.data.idx import load_mnist_part

CONNECTIONS = 16
OCTETS = "application/octet-stream"
BOUNDARY = "----byhand"
WEIGHTS = Path(__file__).parents[1] / "model" / "weights" / "pretrained.npz"
BATCH = 1000
TITLES = {
    "fastapi": "FastAPI's smallest JSON route",
    "litserve": "LitServe",
    "bentoml": "BentoML",
}


def form(png: bytes) -> Call:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="digit.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = head.encode() + png + f"\r\n--{BOUNDARY}--\r\n".encode()
    return Call("/predict", body, f"multipart/form-data; boundary={BOUNDARY}")


def picture(pixels: np.ndarray, side: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(pixels.reshape(28, 28)).resize((side, side), Image.Resampling.BICUBIC)
    image.save(file, kind)
    return file.getvalue()


def photo() -> bytes:
    """12 megapixels of a dark digit on grainy paper, as a phone makes them."""
    digit = load_mnist_part("test")[0][0].reshape(28, 28)
    paper = np.full((3000, 4000), 200.0) + np.random.default_rng(0).normal(0, 6, (3000, 4000))
    large = np.asarray(Image.fromarray(digit).resize((1400, 1400), Image.Resampling.BICUBIC))
    paper[800:2200, 1300:2700] -= large * 0.6
    file = io.BytesIO()
    Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def calls() -> dict[tuple[str, str], Call]:
    """What is asked of whom, by server and title."""
    images, labels = load_mnist_part("test")
    pixels = {"pixels": images[0].tolist()}
    body = json.dumps(pixels).encode()
    labelled = json.dumps(pixels | {"label": int(labels[0])}).encode()
    batch = Call("/predict/batch", images[:BATCH].tobytes(), OCTETS, OCTETS)
    return {
        ("fastapi", "GET a constant"): Call("/hello"),
        ("byhand", "JSON 28x28"): Call("/predict", body),
        ("litserve", "JSON 28x28"): Call("/predict", body),
        ("bentoml", "JSON 28x28"): Call("/predict", body),
        ("byhand", "form, PNG 28x28"): form(picture(images[0], 28)),
        ("byhand", "form, PNG 280x280"): form(picture(images[0], 280)),
        ("byhand", f"{BATCH} images in bytes"): batch,
        ("byhand", "gradients of one digit"): Call("/gradients", labelled),
    }


def throughput(rounds: int, seconds: int, folder: Path) -> None:
    """Print what each server answers when 16 connections ask as fast as they can."""
    wanted = calls()
    servers: dict[str, Server | str] = {}
    seen = {key: [] for key in wanted}
    with ExitStack() as stack:
        for name in dict.fromkeys(server for server, _ in wanted):
            try:
                context = running(name, folder / name, WEIGHTS)
                servers[name] = stack.enter_context(context)
            except UnavailableError as reason:
                servers[name] = str(reason)
        for _ in range(rounds):
            for key, call in wanted.items():
                server = servers[key[0]]
                if isinstance(server, str):
                    continue
                before = server.cpu_seconds()
                result = flood(server.url, call, folder, seconds, CONNECTIONS, core="1")
                used = server.cpu_seconds() - before
                if result.failed:
                    raise SystemExit(f"{key}: {result.failed} requests failed")
                seen[key].append((result, result.rate * seconds / used))
    print_throughput(servers, seen)


def print_throughput(servers: dict[str, Server | str], seen: dict) -> None:
    def median(key: tuple[str, str]) -> float:
        return statistics.median(per_cpu for _, per_cpu in seen[key])

    def ratio(key: tuple[str, str], other: tuple[str, str]) -> float:
        rounds = zip(seen[key], seen[other], strict=True)
        return statistics.median(mine / theirs for (_, mine), (_, theirs) in rounds)

    base, ours = ("fastapi", "GET a constant"), ("byhand", "JSON 28x28")
    print(
        "| server | request | requests/s | per CPU second | of FastAPI's route | p50 ms | p99 ms |"
    )
    print("|---|---|---|---|---|---|---|")
    for key, rows in seen.items():
        title = TITLES.get(key[0], key[0])
        if not rows:
            print(f"| {title} | {key[1]} | not measured: {servers[key[0]]} | | | | |")
            continue
        rate, p50, p99 = (
            statistics.median(getattr(result, field) for result, _ in rows)
            for field in ("rate", "median", "p99")
        )
        print(
            f"| {title} | {key[1]} | {rate:,.0f} | {median(key):,.0f} | {ratio(key, base):.0%} "
            f"| {p50:.2f} | {p99:.2f} |"
        )
    batch = next(key for key in seen if "images" in key[1])
    print(f"\nIn batches: {median(batch) * BATCH:,.0f} digits a CPU second.")
    for peer in ("litserve", "bentoml"):
        if seen[peer, "JSON 28x28"]:
            times = ratio(ours, (peer, "JSON 28x28"))
            print(f"JSON, byhand against {TITLES[peer]}: {times:.1f}x.")


async def beside(server: Server, other, per_second: float, seconds: float) -> tuple[float, float]:
    """p99 of JSON predictions alone, and while `other` goes on (both cores)."""
    call = calls()["byhand", "JSON 28x28"]
    await trickle(server.url, call, per_second, 2)
    rest = await trickle(server.url, call, per_second, seconds)
    task = asyncio.create_task(other())
    await asyncio.sleep(1)
    busy = await trickle(server.url, call, per_second, seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return percentile(rest, 0.99), percentile(busy, 0.99)


def neighbours(folder: Path, seconds: float) -> None:
    """Print how predictions at 50/s fare beside a training job, and beside large photos."""
    large = form(photo())
    with running("byhand", folder / "neighbours", WEIGHTS, cores="0,1") as server:

        async def photos() -> None:
            await trickle(server.url, large, 1, 1e9)

        async def training() -> None:
            body = json.dumps({"preset": "best", "epochs": 10_000}).encode()
            request = urllib.request.Request(
                server.url + "/train", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request) as answer:
                job = json.load(answer)["id"]
            try:
                await asyncio.sleep(1e9)
            finally:
                cancel = urllib.request.Request(f"{server.url}/train/{job}", method="DELETE")
                urllib.request.urlopen(cancel).close()

        print("| beside | p99 alone, ms | p99 beside it, ms | ratio |\n|---|---|---|---|")
        for title, other in (("a training job", training), ("a 12 MP photo a second", photos)):
            rest, busy = asyncio.run(beside(server, other, 50, seconds))
            print(f"| {title} | {rest:.2f} | {busy:.2f} | {busy / rest:.1f} |")


def size(folder: Path, requests: int) -> None:
    """Print the time to the first answer, and memory before and after many requests."""
    starts = []
    for number in range(5):
        with running("byhand", folder / f"start{number}", WEIGHTS) as server:
            starts.append(server.seconds_to_start)
    with running("byhand", folder / "size", WEIGHTS) as server:
        call, answered = calls()["byhand", "JSON 28x28"], 0.0
        flood(server.url, call, folder, 1, CONNECTIONS, core="1")
        before = server.resident_megabytes()
        while answered < requests:
            answered += 5 * flood(server.url, call, folder, 5, CONNECTIONS, core="1").rate
        after = server.resident_megabytes()
    print(f"Process start to first answer: {statistics.median(starts):.2f} s (median of 5).")
    print(f"Resident memory: {before:.0f} MB; after {answered:,.0f} requests: {after:.0f} MB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="throughput alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        throughput(arguments.rounds, arguments.seconds, folder)
        if not arguments.quick:
            sys.stdout.flush()
            print()
            neighbours(folder, seconds=20)
            print()
            size(folder, requests=100_000)


if __name__ == "__main__":
    main()
