"""Measures an epoch of 60,000 images, batch 64, on one core, beside peers in alternation.

    python benchmarks/training.py [--rounds 9]

All train 784-128-10 with sigmoid, softmax and cross-entropy by plain SGD at the same rate, float32,
in a fresh order each epoch. Prints medians and ratios; a peer that cannot be installed gets a row
that says so. Then it measures what preparing 60,000 images costs beside the training steps,
and how far the two overlap on two cores.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np
from peers.environment import UnavailableError, python_with

from model.data.augment import augment
from model.data.idx import Split, load_mnist, load_mnist_part
from model.network import initialize, one_hot
from model.optimizer import SGD
from model.preprocessing.deskew import deskew
from model.preprocessing.gradient_features import edge_features
from model.training.loop import train
from model.training.recipe import recipe
from model.training.sparse_step import input_order
from model.training.step import DenseStep

PEERS = Path(__file__).parent / "peers"
ROOT = PEERS.parent.parent
REQUIREMENTS = {
    "pytorch": ("torch>=2.9", "numpy"),
    "jax": ("jax",),
    "sklearn": ("scikit-learn",),
}
NAMES = {
    "byhand": "byhand (NumPy), products with blank inputs left out",
    "byhand dense": "byhand, every product made",
    "pytorch": "PyTorch, eager",
    "jax": "JAX, jit + scan",
    "sklearn": "scikit-learn",
}
BATCH = 64


def flops(inputs: float) -> float:
    """Multiplications and additions of X W1, H W2, Hᵀ D2, D2 W2ᵀ, Xᵀ D1 for one image."""
    return 2 * (2 * inputs * 128 + 3 * 128 * 10)


def inputs_in_use() -> float:
    """Mean count of the 784 inputs that byhand multiplies for a batch of MNIST, in random order.

    Those that hardly any batch lacks are always multiplied, the others where the batch has ink.
    """
    images, _ = load_mnist_part("train")
    rare, common = np.split(*_rare_first(images))
    order = np.random.default_rng(0).permutation(len(images))
    batches = (images[order[i : i + BATCH]] for i in range(0, len(images), BATCH))
    return len(common) + statistics.mean(int(b[:, rare].any(axis=0).sum()) for b in batches)


def _rare_first(images: np.ndarray) -> tuple[np.ndarray, list[int]]:
    order = input_order(images, BATCH)
    return order.inputs, [order.rare]


class Trainer:
    """A process under measurement, on one core."""

    def __init__(self, python: Path, script: str, data: str, core: int, *mode: str) -> None:
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), python, PEERS / script, data, *mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._line()

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise UnavailableError(f"it stopped with exit code {self.process.wait()}")
        return line

    def ask(self, question: str) -> float:
        """`epoch` gives seconds, `accuracy` the share of right test images."""
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait()


def measure(rounds: int, core: int) -> tuple[dict[str, list[float]], dict[str, float], dict]:
    """Seconds an epoch by trainer, round by round; test accuracies; why others are missing."""
    mnist = load_mnist()
    trainers, missing = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "mnist.npz")
        np.savez(
            data,
            x=mnist.train_images,
            y=mnist.train_labels,
            test_x=mnist.test_images,
            test_y=mnist.test_labels,
        )
        for name in ("sgemm", *NAMES):
            try:
                wanted = REQUIREMENTS.get(name)
                python = python_with(name, *wanted) if wanted else Path(sys.executable)
                trainer, *mode = name.split()
                script = f"train_{trainer}.py" if name in NAMES else f"{name}.py"
                trainers[name] = Trainer(python, script, data, core, *mode)
            except UnavailableError as reason:
                missing[name] = str(reason)
        seconds = {name: [] for name in trainers}
        for _ in range(rounds):
            for name, trainer in trainers.items():
                seconds[name].append(trainer.ask("epoch"))
        accuracies = {name: trainers[name].ask("accuracy") for name in NAMES if name in trainers}
        for trainer in trainers.values():
            trainer.close()
    return seconds, accuracies, missing


def preparation(core: int) -> dict[str, float]:
    """CPU seconds for 60,000 images: of steps with momentum, and of what may come before them."""
    os.sched_setaffinity(0, {core})
    images, labels = load_mnist_part("train")
    images, y = images[:6400].astype(np.float32), one_hot(labels[:6400])
    x = images / np.float32(255)
    parameters = initialize((784, 128, 10), "sigmoid", np.random.default_rng(0))
    descent = DenseStep(parameters, SGD(np.zeros_like(parameters.vector), momentum=0.9))
    rng = np.random.default_rng(0)

    def steps() -> None:
        for first in range(0, len(x), BATCH):
            descent.step(x[first : first + BATCH], y[first : first + BATCH], 0.01)

    tasks: dict[str, Callable[[], object]] = {
        "training steps, batch 64, momentum": steps,
        "turning, slanting, stretching, moving (affine)": lambda: augment(images, "affine", rng),
        "the same with elastic distortion and pens (full)": lambda: augment(images, "full", rng),
        "deskewing": lambda: deskew(images),
        "finding edges": lambda: edge_features(images),
    }
    return {
        title: statistics.median(_cpu_seconds(task) for _ in range(5)) * 60_000 / len(x)
        for title, task in tasks.items()
    }


def overlap(core: int, other: int) -> dict[str, float]:
    """Seconds of an epoch of `best` without drawn digits, on one core and on two."""
    images, labels = load_mnist_part("train")
    best = recipe("best", epochs=1000, drawn_examples=0)
    run = train(best, Split(images, labels, images[:1000], labels[:1000]))
    seconds: dict[str, list[float]] = {"one core": [], "two cores": []}
    for _ in range(3):
        for title, cores in zip(seconds, ({core}, {core, other}), strict=True):
            os.sched_setaffinity(0, cores)
            began = time.perf_counter()
            next(progress for progress in run if progress.state)
            seconds[title].append(time.perf_counter() - began)
    return {title: statistics.median(rounds) for title, rounds in seconds.items()}


def _cpu_seconds(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--other", type=int, default=1, help="The second core, for overlapping.")
    arguments = parser.parse_args()
    seconds, accuracies, missing = measure(arguments.rounds, arguments.core)

    def ratio(name: str) -> float:
        pairs = zip(seconds[name], seconds["byhand"], strict=True)
        return statistics.median(peer / ours for peer, ours in pairs)

    made = dict.fromkeys(NAMES, 1.0) | {"byhand": flops(inputs_in_use()) / flops(784)}

    def share(name: str) -> float:
        pairs = zip(seconds[name], seconds["sgemm"], strict=True)
        work = 60_000 * flops(784) * made[name]
        return statistics.median((work / own) / (2 * 2048**3 / product) for own, product in pairs)

    rate = 2 * 2048**3 / statistics.median(seconds["sgemm"]) / 1e9
    print(f"Medians of {arguments.rounds} rounds; sgemm, a 2048³ product: {rate:.0f} GFLOP/s.\n")
    print(
        "| trainer | seconds an epoch | byhand is | multiplications made "
        "| their rate, of sgemm's | test accuracy |"
    )
    print("|---|---|---|---|---|---|")
    for name, title in NAMES.items():
        if name in missing:
            print(f"| {title} | not measured: {missing[name]} | | | | |")
            continue
        median = statistics.median(seconds[name])
        faster = "" if name == "byhand" else f"{ratio(name):.2f}x as fast"
        print(
            f"| {title} | {median:.3f} | {faster} | {made[name]:.0%} | {share(name):.0%} "
            f"| {accuracies[name]:.2%} |"
        )
    print("\n| for 60,000 images | CPU seconds |\n|---|---|")
    for title, cpu in preparation(arguments.core).items():
        print(f"| {title} | {cpu:.2f} |")
    print("\n| an epoch with all of these (`best`), 60,000 images | seconds |\n|---|---|")
    for title, wall in overlap(arguments.core, arguments.other).items():
        print(f"| {title} | {wall:.2f} |")


if __name__ == "__main__":
    main()
