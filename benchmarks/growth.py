"""Measures how costs grow: of training with examples, batch size and hidden units; of serving with
processes and connections.

    python benchmarks/growth.py [--rounds 3] [--picture docs/images/growth.svg]

Training is measured in CPU seconds of an epoch on one core, one size after the other in each round;
medians. Serving is measured in requests a second by the clock: servers and wrk share two cores.
The picture shows the same numbers, both axes logarithmic, with a dashed line where they would lie
if they were exactly (inversely) proportional.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

from charts import Panel, draw
from load import flood
from servers import running
from serving import WEIGHTS, calls

from model.data.idx import Split, load_mnist_part
from model.training.loop import train
from model.training.recipe import recipe

FEWER = 15_000  # examples where something else is varied
EXAMPLES = (3_750, 7_500, 15_000, 30_000, 60_000)
BATCH_SIZES = (4, 16, 64, 256, 1024)
HIDDEN_UNITS = (16, 32, 64, 128, 256, 512)
PROCESSES = (1, 2, 4)
CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128)
SETTINGS = {
    "examples": ("examples", [{"examples": n} for n in EXAMPLES]),
    "batch_size": ("batch size", [{"batch_size": n} for n in BATCH_SIZES]),
    "hidden_units": ("hidden units", [{"hidden_units": n} for n in HIDDEN_UNITS]),
}


def epochs_of(data: Split, examples: int = FEWER, batch_size: int = 64, hidden_units: int = 128):
    """Plain SGD as `blog` has it, an epoch at a time; gives the CPU seconds of each."""
    few = Split(
        data.train_images[:examples],
        data.train_labels[:examples],
        data.validation_images,
        data.validation_labels,
    )
    plain = recipe(
        "blog",
        epochs=10_000,
        batch_size=batch_size,
        hidden_layers=[hidden_units],
        learning_rate=0.1,
    )
    began = time.process_time()
    for progress in train(plain, few):
        if progress.state:
            yield time.process_time() - began
            began = time.process_time()


def training(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """(size, median CPU seconds an epoch) for each of what is varied."""
    images, labels = load_mnist_part("train")
    data = Split(images, labels, images[:1000], labels[:1000])
    found = {}
    for name, (_, settings) in SETTINGS.items():
        runs = [epochs_of(data, **setting) for setting in settings]
        for run in runs:
            next(run)  # warm caches
        seen = [[next(run) for run in runs] for _ in range(rounds)]
        medians = map(statistics.median, zip(*seen, strict=True))
        sizes = [setting[name] for setting in settings]
        found[name] = list(zip(sizes, medians, strict=True))
    return found


def serving(rounds: int, folder: Path) -> dict[str, list[tuple[float, float]]]:
    """(connections, median requests/s) of one process, (processes, requests/s) at 64 connections.

    One process has a core and wrk the other; several share both cores with wrk.
    """
    call = calls()["byhand", "JSON 28x28"]

    def rate(server, connections: int, core: str) -> float:
        flood(server.url, call, folder, 1, connections, core)
        floods = [flood(server.url, call, folder, 2, connections, core) for _ in range(rounds)]
        return statistics.median(each.rate for each in floods)

    found = {"connections": [], "processes": []}
    with running("byhand", folder / "one", WEIGHTS) as server:
        found["connections"] = [(n, rate(server, n, "1")) for n in CONNECTIONS]
    for processes in PROCESSES:
        where = folder / f"{processes}"
        with running("byhand", where, WEIGHTS, cores="0,1", processes=processes) as server:
            found["processes"].append((processes, rate(server, 64, "0,1")))
    return found


def print_table(title: str, unit: str, rows: list[tuple[float, float]], digits: int) -> None:
    sizes = " | ".join(f"{size:,}" for size, _ in rows)
    values = " | ".join(f"{value:,.{digits}f}" for _, value in rows)
    print(f"| {title} | {sizes} |\n|---|{'---|' * len(rows)}\n| {unit} | {values} |\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--picture", type=Path, help="where the SVG goes")
    arguments = parser.parse_args()
    trained = training(arguments.rounds)
    panels = []
    for name, (title, _) in SETTINGS.items():
        unit = "CPU seconds an epoch"
        print_table(title, unit, trained[name], 3)
        slope, through = (-1, 0) if name == "batch_size" else (1, -1)
        panels.append(Panel(f"Training: {title}", title, unit, trained[name], slope, through))
    with tempfile.TemporaryDirectory() as folder:
        served = serving(arguments.rounds, Path(folder))
    for name, rows in served.items():
        print_table(name, "requests/s", rows, 0)
        panels.append(Panel(f"Serving: {name}", name, "requests/s", rows, slope=1, through=0))
    if arguments.picture:
        arguments.picture.write_text(draw(panels))
        sys.stderr.write(f"Drawn: {arguments.picture}\n")


if __name__ == "__main__":
    main()
