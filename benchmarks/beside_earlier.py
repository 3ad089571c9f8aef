"""Measures what a prediction costs beside an earlier version: `… beside_earlier.py --earlier DIR`.

DIR is a checkout of the earlier version; both versions run on this Python and this machine, by
turns, each in a process of its own. Timed is the CPU time of whole requests without a network, so
that other work on the machine counts little; printed are medians and their ratios.

    git worktree add --detach DIR COMMIT && python benchmarks/beside_earlier.py --earlier DIR
"""

import argparse
import asyncio
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def measure() -> None:
    """Answer each line, a kind and a number of requests, with CPU milliseconds a request."""
    import httpx

    from app.main import create_app
    from app.settings import Settings

    requests = made()
    with tempfile.TemporaryDirectory() as directory:
        os.environ["BYHAND_DATA_DIR"] = directory
        app = create_app(Settings(data_dir=Path(directory), log_level="error"))

        async def serve() -> None:
            async with app.router.lifespan_context(app):
                transport = httpx.ASGITransport(app)
                async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                    for line in sys.stdin:
                        kind, times = json.loads(line)
                        await client.post("/predict", **requests[kind]())
                        start = time.process_time()
                        for _ in range(times):
                            answer = await client.post("/predict", **requests[kind]())
                            answer.raise_for_status()
                        print((time.process_time() - start) / times * 1000, flush=True)

        asyncio.run(serve())


def made() -> dict[str, Callable[[], dict[str, object]]]:
    """The requests, made from test digits with Pillow alone, the same for both versions."""
    import numpy as np
    from PIL import Image

    from model.data.idx import load_mnist_part

    digit = load_mnist_part("test")[0][0].reshape(28, 28)
    ink = Image.fromarray(255 - digit)
    noise = np.random.default_rng(0)

    def file(side: tuple[int, int], size: int, kind: str, grain: float = 0.0) -> bytes:
        page = Image.new("L", side, 250)
        page.paste(ink.resize((size, size), Image.Resampling.BICUBIC), (side[0] // 4, side[1] // 5))
        grey = np.asarray(page, np.float32) - np.linspace(0, 60, side[0]) * (grain > 0)
        grey += noise.normal(0, grain or 1e-6, grey.shape)
        data = io.BytesIO()
        Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(data, kind)
        return data.getvalue()

    files = {
        "280x280 PNG": file((280, 280), 200, "PNG"),
        "280x280 JPEG": file((280, 280), 200, "JPEG"),
        "0.5 megapixel photo": file((960, 540), 300, "JPEG", 4),
        "12 megapixel photo": file((4000, 3000), 1500, "JPEG", 4),
    }
    forms = {
        name: (lambda data=data: {"files": {"image": ("digit", data)}})
        for name, data in files.items()
    }
    return {"784 numbers, JSON": lambda: {"json": {"pixels": digit.ravel().tolist()}}, **forms}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--earlier", type=Path, help="a checkout of the earlier version")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    versions = [started(options.earlier.resolve()), started(HERE)]
    print("| request | ms of CPU before | now | now / before |\n|---|---|---|---|")
    for kind in made():
        times = 3 if "12 mega" in kind else 20
        spent: list[list[float]] = [[], []]
        for _ in range(options.rounds):
            for version, list_ in zip(versions, spent, strict=True):
                list_.append(asked(version, kind, times))
        before, now = map(statistics.median, spent)
        ratio = statistics.median(b / a for a, b in zip(*spent, strict=True))
        print(f"| {kind} | {before:.2f} | {now:.2f} | {ratio:.2f} |", flush=True)
    for version in versions:
        version.stdin.close()
        version.wait()


def started(code: Path) -> "subprocess.Popen[str]":
    """This file, run with the code of one version."""
    return subprocess.Popen(
        [sys.executable, __file__, "--measure"],
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(code)},
        cwd=code,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def asked(version: "subprocess.Popen[str]", kind: str, times: int) -> float:
    """CPU milliseconds a request."""
    print(json.dumps([kind, times]), file=version.stdin, flush=True)
    line = version.stdout.readline()
    if not line:
        sys.exit(f"{kind}: the version ended; run with --measure to see why")
    return float(line)


if __name__ == "__main__":
    main()
