"""What every trainer under measurement does: for each line read, train one epoch and answer.

A trainer is a process of its own that stays alive, so that epochs of different trainers can be run
in turn and a slow spell of the machine meets them all. Imports nothing but NumPy and the standard
library: it runs in the peers' environments too.
"""

import json
import os
import sys
import time
from collections.abc import Callable

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

BATCH, HIDDEN, LEARNING_RATE = 64, 128, 0.5


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images (60000, 784) and labels, test images and labels; pixels float32, 0..1."""
    with np.load(sys.argv[1]) as file:
        x, y, test_x, test_y = (file[name] for name in ("x", "y", "test_x", "test_y"))
    scale = np.float32(1 / 255)
    return x * scale, y.astype(np.int64), test_x * scale, test_y.astype(np.int64)


def answer(epoch: Callable[[], object], predict: Callable[[], np.ndarray]) -> None:
    """Run the loop: `epoch` trains once over all images, `predict` gives the test digits."""
    labels = load()[3]
    epoch()  # warm caches; compile, where the trainer compiles
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "accuracy":
            print(json.dumps(float((predict() == labels).mean())), flush=True)
            continue
        begin = time.perf_counter()
        epoch()
        print(json.dumps(time.perf_counter() - begin), flush=True)
