"""How exactly submitted numbers have to agree with the right ones."""

import numpy as np

from model.network import Array

__all__ = ["BY_PENCIL", "EXACT", "FLOAT16", "GIVEN", "allowed", "has_few_digits", "is_float16"]

EXACT = 1e-4  # of the largest number: float32 and any order of summation stay far below
BY_PENCIL = 0.02  # of numbers that were rounded on the way
FLOAT16 = 4e-3  # of numbers that were stored in float16
GIVEN = 1e-3  # what follows from deltas that were recovered from float32
FEW_DIGITS = 5
STEPS = 1.5  # of the last decimal: each of some steps was rounded to it
MOST_BY_DECIMALS = 0.1  # of the largest number, however few decimals there are


def allowed(submitted: Array, right: Array, by_pencil: bool) -> float:
    """How far a number may be off, as a share of the largest of `right`.

    Code has to be exact. Numbers of few digits were rounded, and so were those of an exercise that
    is worked `by_pencil` on the way, however many digits the last step gave: there the last decimal
    that was written counts as well.
    """
    if not (by_pencil or has_few_digits(submitted)):
        return EXACT
    size = float(np.abs(right).max())
    if not by_pencil or not size:
        return BY_PENCIL
    return max(BY_PENCIL, min(STEPS * _last_decimal(submitted) / size, MOST_BY_DECIMALS))


def has_few_digits(values: Array) -> bool:
    """Whether all numbers have at most five significant digits, as those worked by pencil."""
    numbers = values[(values != 0) & np.isfinite(values)]
    single = np.array_equal(numbers.astype(np.float32), numbers)
    power = 10.0 ** (FEW_DIGITS - 1 - np.floor(np.log10(np.abs(numbers))))
    rounded = np.round(numbers * power) / power
    return len(numbers) > 0 and np.allclose(
        rounded, numbers, rtol=1e-7 if single else 1e-12, atol=0
    )


def is_float16(values: Array) -> bool:
    """Whether all numbers are such as float16 holds, and some is not 0."""
    return bool(values.any()) and np.array_equal(values.astype(np.float16), values)


def _last_decimal(values: Array) -> float:
    """0.001 where all numbers are whole thousandths, and so on; 0 where they have more decimals."""
    for decimals in range(1, FEW_DIGITS):
        if np.allclose(values, np.round(values, decimals), rtol=0, atol=1e-12):
            return float(10.0**-decimals)
    return 0.0
