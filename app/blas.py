"""Limits the threads of NumPy's matrix products. NumPy reads the limit at its first import."""

from __future__ import annotations

import os

__all__ = ["ONE_THREAD", "default_to_one_thread"]

#: At these matrix sizes two threads are slower, jobs would compete for the cores, and the number of
#: threads decides how sums are split and so how they round. Child processes inherit it.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


def default_to_one_thread() -> None:
    """Set one thread in the environment, except where it already sets a number."""
    os.environ.update(ONE_THREAD | os.environ)
