"""How many threads NumPy's matrix products take. NumPy reads this when it is first imported."""

from __future__ import annotations

import os

__all__ = ["ONE_THREAD", "default_to_one_thread"]

#: One: at these sizes two are slower, jobs would fight over the cores, and the number of threads
#: decides how sums are split, so how they round. Processes that are started later inherit it.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


def default_to_one_thread() -> None:
    """Ask for one thread, unless the environment says otherwise."""
    os.environ.update(ONE_THREAD | os.environ)
