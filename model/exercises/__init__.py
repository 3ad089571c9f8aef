"""Exercises in backpropagation, and the diagnosis of gradients that were derived by hand."""

from model.exercises.diagnosis import CONVENTIONS, diagnose
from model.exercises.exercise import ARRAYS, LEVELS, Exercise, Level, exercise, exercise_of
from model.exercises.judge import right_gradients
from model.exercises.mistakes import MISTAKES, Mistake, mistake, wrong_gradients
from model.exercises.planted import planted
from model.exercises.recover import SlopePortrait, slope_portrait
from model.exercises.verdicts import ArrayVerdict, Diagnosis, FoundMistake, Verdict

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
    "Verdict",
    "diagnose",
    "exercise",
    "exercise_of",
    "mistake",
    "planted",
    "right_gradients",
    "slope_portrait",
    "wrong_gradients",
]
