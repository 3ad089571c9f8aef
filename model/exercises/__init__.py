"""Exercises in backpropagation, and the diagnosis of gradients that were derived by hand."""

from model.exercises.diagnosis import (
    CONVENTIONS,
    ArrayVerdict,
    Diagnosis,
    FoundMistake,
    diagnose,
    right_gradients,
)
from model.exercises.exercise import ARRAYS, LEVELS, Exercise, Level, exercise, exercise_of
from model.exercises.mistakes import MISTAKES, Mistake, mistake, wrong_gradients
from model.exercises.recover import SlopePortrait, slope_portrait

__all__ = [
    "ARRAYS",
    "CONVENTIONS",
    "LEVELS",
    "MISTAKES",
    "ArrayVerdict",
    "Diagnosis",
    "Exercise",
    "FoundMistake",
    "Level",
    "Mistake",
    "SlopePortrait",
    "diagnose",
    "exercise",
    "exercise_of",
    "mistake",
    "right_gradients",
    "slope_portrait",
    "wrong_gradients",
]
