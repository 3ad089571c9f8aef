"""Measures the time from process start to 98 % test accuracy, on one core, beside PyTorch.

    python benchmarks/time_to_98.py [--rounds 3]

byhand is `byhand train --preset fast`: imports, data, three epochs, the test, the model on disk.
PyTorch is the shortest script that does the same, once as it comes (it may look at the test images
after each epoch, and stops at the first that is good enough) and once tuned for this task. All in
turn; medians. CPU seconds count what a process itself used, whatever else the machine does.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers.environment import UnavailableError, python_with

from app.blas import ONE_THREAD
from model.data.idx import MNIST

PEERS = Path(__file__).parent / "peers"
PYTORCH = ("pytorch", "torch>=2.9", "numpy")
TITLES = {
    "byhand": "`byhand train --preset fast`",
    "fast_pytorch": "PyTorch, the short script",
    "fast_pytorch_tuned": "PyTorch, tuned: one cycle of 5 epochs",
}


def command_of(name: str, output: Path) -> list:
    """How to start a contestant. Raises UnavailableError for a peer that cannot be installed."""
    if name == "byhand":
        byhand = Path(sys.executable).parent / "byhand"
        return [byhand, "train", "--preset", "fast", "--output", output]
    return [python_with(*PYTORCH), PEERS / f"{name}.py", MNIST]


def run(command: list, core: int) -> tuple[float, float, float]:
    """Seconds by the clock, CPU seconds, and the test accuracy it prints last, in percent."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        ["taskset", "-c", str(core), *map(str, command)],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    accuracy = re.findall(r"accuracy (\d+\.\d+)%", done.stdout)[-1]
    return seconds, cpu, float(accuracy)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    arguments = parser.parse_args()
    commands, missing, seen = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in TITLES:
            try:
                commands[name] = command_of(name, Path(folder) / "model.npz")
            except UnavailableError as reason:
                missing[name] = reason
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                seen.setdefault(name, []).append(run(command, arguments.core))
    print("| who | seconds | CPU seconds | times byhand's | test accuracy |\n|---|---|---|---|---|")
    for name, title in TITLES.items():
        if name in missing:
            print(f"| {title} | not measured: {missing[name]} | | | |")
            continue
        seconds, cpu, accuracy = map(statistics.median, zip(*seen[name], strict=True))
        times = statistics.median(
            theirs[1] / ours[1] for theirs, ours in zip(seen[name], seen["byhand"], strict=True)
        )
        print(f"| {title} | {seconds:.2f} | {cpu:.2f} | {times:.1f} | {accuracy:.2f} % |")


if __name__ == "__main__":
    main()
