"""`byhand gradcheck`: compares the derived gradients with finite differences."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.table import Table

from app.commands.errors import CommandError
from model.activations import ACTIVATIONS
from model.gradcheck import check_gradients
from model.network import initialize, one_hot

__all__ = ["gradcheck"]

TOLERANCE = 1e-7  # relative error; a correct derivation in float64 stays below
DEPTHS = ((128,), (64, 32), (32, 32, 32))
EXAMPLES = 8


def gradcheck(entries: int, seed: int) -> None:
    """Print the largest relative error for each activation and depth.

    Raises CommandError if one is above TOLERANCE.
    """
    rng = np.random.default_rng(seed)
    x = rng.random((EXAMPLES, 784))
    y = one_hot(rng.integers(0, 10, EXAMPLES), dtype=np.float64)
    table = Table("activation", "layers", "entries", "relative error", "worst entry", "")
    wrong = 0
    for activation in ACTIVATIONS:
        for hidden in DEPTHS:
            layers = (784, *hidden, 10)
            parameters = initialize(layers, activation, np.random.default_rng(seed))
            found = check_gradients(parameters, x, y, entries=entries, seed=seed)
            passed = found.max_relative_error <= TOLERANCE  # False for NaN
            wrong += not passed
            place = f"{found.worst.name}[{', '.join(map(str, found.worst.index))}]"
            table.add_row(
                activation,
                "-".join(map(str, layers)),
                f"{found.entries:,}",
                f"{found.max_relative_error:.1e}",
                place,
                "[green]ok[/]" if passed else "[red]WRONG[/]",
            )
    console = Console()
    console.print(table)
    if wrong:
        raise CommandError(
            "gradcheck.differs", wrong=wrong, networks=table.row_count, tolerance=TOLERANCE
        )
    console.print(f"Every gradient agrees with central differences to {TOLERANCE:g} or better.")
