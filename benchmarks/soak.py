"""Lets all kinds of visitors use a byhand at once, and sees whether it stays as it is.

    python benchmarks/soak.py [--minutes 2] [--csv soak.csv]

Predictions, pictures, gradients (some left before the answer), exercises, training with streams,
uploads, evaluations and deletes go to a server of its own on loopback. Each second its memory,
handles, threads and store are noted. The first third warms up; the median of the last third may
exceed that of the second by what is allowed and no more, or the exit code is 1, as it is for a
wrong answer. Jobs are kept for half a minute, so that the store has nothing to grow by.
"""

import argparse
import asyncio
import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from jobs import server
from visitors import Visitors

KEEP_DAYS = 30 / 86_400
BARS = "▁▂▃▄▅▆▇█"
COLUMNS = 40  # of a curve in the table


@dataclass(frozen=True)
class Curve:
    """What is noted each second, and by how much it may grow from one third to the next."""

    name: str
    share: float
    more: float
    digits: int = 0

    def allowed(self, before: float) -> float:
        return before * self.share + self.more


CURVES = (
    Curve("memory of the server, MB", 0.02, 4, 1),
    Curve("memory of its jobs' process, MB", 0.02, 8, 1),  # larger while a job ends
    Curve("handles", 0.0, 4),  # a stream or two more at a time
    Curve("threads", 0.0, 2),
    Curve("store, MB", 0.05, 2, 2),
)


def noted(process: psutil.Process, store: Path) -> list[float]:
    """A value for each of CURVES."""
    megabytes = {each.pid: each.memory_info().rss / 1e6 for each in process.children()}
    size = sum(file.stat().st_size for file in store.glob("byhand.db*"))
    return [
        process.memory_info().rss / 1e6,
        max(megabytes.values(), default=0.0),
        process.num_fds(),
        process.num_threads(),
        size / 1e6,
    ]


async def sample(note: Callable[[], list[float]], rows: list[list[float]]) -> None:
    """Note the seconds and what `note` gives, each second."""
    began = time.monotonic()
    while True:
        rows.append([time.monotonic() - began, *note()])
        await asyncio.sleep(1)


async def soak(minutes: float) -> tuple[list[list[float]], Visitors]:
    """The rows of the samples, and the visitors with what they were answered."""
    rows: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        with server(store, BYHAND_KEEP_JOBS_DAYS=str(KEEP_DAYS)) as (address, process):
            visitors = Visitors(address)
            samples = asyncio.create_task(sample(lambda: noted(process, store), rows))
            await visitors.visit(60 * minutes)
            samples.cancel()
            await asyncio.gather(samples, return_exceptions=True)
    return rows, visitors


def picture(values: list[float]) -> str:
    """A curve in characters, from its lowest to its highest value."""
    step = max(len(values) / COLUMNS, 1)
    means = []
    for at in range(min(COLUMNS, len(values))):
        part = values[int(at * step) : max(int((at + 1) * step), int(at * step) + 1)]
        means.append(sum(part) / len(part))
    low, high = min(means), max(means)
    return "".join(BARS[int((m - low) / (high - low or 1) * (len(BARS) - 1))] for m in means)


def judge(curve: Curve, values: list[float]) -> bool:
    """Print the curve's line of the table; whether it is flat."""
    third = len(values) // 3
    thirds = values[:third], values[third : 2 * third], values[2 * third :]
    warm, before, after = map(statistics.median, thirds)
    grown, allowed = after - before, curve.allowed(before)
    flat = grown <= allowed
    numbers = [warm, before, after, grown, allowed]
    cells = " | ".join(f"{number:,.{curve.digits}f}" for number in numbers)
    print(f"| {curve.name} | {cells} | {'flat' if flat else '**grows**'} | {picture(values)} |")
    return flat


def report(rows: list[list[float]], visitors: Visitors) -> bool:
    """Print the curves and the counts; whether all is well."""
    seconds = rows[-1][0]
    print(f"{sum(visitors.answers.values()):,} answers in {seconds / 60:.1f} minutes.\n")
    print("| median of each third | 1st | 2nd | 3rd | grown | allowed | | curve |")
    print("|---|---|---|---|---|---|---|---|")
    columns = list(zip(*rows, strict=True))[1:]
    flat = [judge(curve, list(found)) for curve, found in zip(CURVES, columns, strict=True)]
    print("\n| call | answers |\n|---|---|")
    for call, count in sorted(visitors.answers.items()):
        print(f"| {call} | {count:,} |")
    for what, count in visitors.wrong.items():
        print(f"\nWrong, {count} times: {what}")
    return all(flat) and not visitors.wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--csv", type=Path, help="where every sample goes")
    arguments = parser.parse_args()
    rows, visitors = asyncio.run(soak(arguments.minutes))
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            csv.writer(file).writerows([["seconds", *(curve.name for curve in CURVES)], *rows])
    sys.exit(0 if report(rows, visitors) else 1)


if __name__ == "__main__":
    main()
