"""Which mistakes, put into the backward pass of an exercise, give what was submitted.

One mistake is looked for before two. A pass has two halves, the output layer's and the hidden
layer's. Most pairs are ruled out by the first half alone, so that not all of some thousand passes
are computed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from model.exercises.estimate import clipped, estimated
from model.exercises.exercise import Exercise
from model.exercises.fit import Fit, Sizes, fit, fit_linear
from model.exercises.mistakes import MISTAKES, Mistake
from model.exercises.ratios import Made, explain
from model.exercises.recover import Recovered
from model.exercises.steps import RIGHT, Grads, Pass

__all__ = ["Question", "explanations", "pass_with"]

MOST_MISTAKES = 2
HIDDEN_STEPS = {
    "way_back",
    "slope",
    "hidden_delta",
    "pixels_back",
    "hidden_left",
    "hidden_used",
    "hidden_sum",
}
DEAR = 32  # examples: a pass of more takes milliseconds
NOT_TRIED = {"normalised", "normalised_each", "float16"}  # seen otherwise
OTHER_SHAPES = {"transposed", "biases_not_summed", "biases_summed_along_units"}
OUTPUT_GRADS = ("dW2", "db2")


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: gradients of the right shape, submitted for an exercise."""

    exercise: Exercise
    grads: Grads
    own: Recovered
    sizes: Sizes
    tolerance: float
    between: Callable[[], None] | None = None  # called before each try; it may raise to end all

    @property
    def least(self) -> int:
        """How many numbers it takes to believe in a value that was fitted to them."""
        return 6 if self.tolerance < 0.01 else 13  # more than a pencil's exercise has

    def part(self, names: tuple[str, ...]) -> Grads:
        """Those of the submitted gradients that are among `names`."""
        return {name: g for name, g in self.grads.items() if name in names}


def explanations(question: Question) -> list[tuple[Made, ...]]:
    """All sets of as few mistakes as will do, two at most; [()] where nothing is wrong."""
    named = list(_structural(question))
    most = 1 if question.exercise.by_pencil else MOST_MISTAKES  # one example says little
    others: list[Made] = list(estimated(question.own, question.exercise, question.tolerance))
    # What has a name of its own comes first: another slope would explain many a pair as well.
    rounds: list[list[Made]] = [[], others] if others else [[]]
    for more in rounds:
        for count in range(most + 1):
            found = list(_of(question, named, more, count))
            if found:
                return found
    return []


def _structural(question: Question) -> Iterator[Made]:
    """The mistakes that are more than a factor."""
    for each in MISTAKES:
        if each.linear:
            yield each, 0.0  # the fit finds its value
        elif each.changes and each.form not in NOT_TRIED:
            yield each, None
    yield from clipped(question.grads, question.own, question.exercise)


def _of(
    question: Question, named: list[Made], others: list[Made], count: int
) -> Iterator[tuple[Made, ...]]:
    """The explanations by exactly `count` mistakes; with `others`, only those that take one."""
    shape = question.exercise.targets.shape
    for chosen in _subsets(question, named + others, count):
        if others and not any(made in others for made in chosen):
            continue
        found = _fit(question, chosen, question.grads)
        if found is None:
            continue
        told = tuple((each, found.value if each.linear else value) for each, value in chosen)
        for factors in explain(
            found, question.grads, shape, count - len(chosen), question.tolerance
        ):
            yield told + factors


def _subsets(question: Question, structural: list[Made], most: int) -> Iterator[tuple[Made, ...]]:
    """Sets of up to `most` mistakes that replace different steps and whose first half fits."""
    first = question.part(OUTPUT_GRADS)
    outputs = [made for made in structural if not _is_hidden(made[0])]
    hiddens = [made for made in structural if _is_hidden(made[0])]
    if not first and len(question.exercise.X) > DEAR:
        most = min(most, 1)  # nothing rules any pair out, and each is dear
    for size in range(most + 1):
        for out in combinations(outputs, size):
            if not _compatible(out) or (first and _fit(question, out, first) is None):
                continue
            for more in range(most - size + 1):
                for hidden in combinations(hiddens, more):
                    if _compatible(out + hidden):
                        yield out + hidden


def _is_hidden(each: Mistake) -> bool:
    return set(each.at()) <= HIDDEN_STEPS


def _compatible(made: tuple[Made, ...]) -> bool:
    """Whether no two replace the same step, and at most one has a value that is fitted."""
    if len(made) > 1 and any(each.form in OTHER_SHAPES for each, _ in made):
        return False
    replaced = [step for each, _ in made for step in each.at()]
    return len(set(replaced)) == len(replaced) and sum(each.linear for each, _ in made) < 2


def _fit(question: Question, made: tuple[Made, ...], grads: Grads) -> Fit | None:
    if question.between is not None:
        question.between()
    names = tuple(grads)
    linear = any(each.linear for each, _ in made)
    at_0 = _supposed(question, made, names, 0.0)
    if not linear:
        return fit(grads, at_0, question.sizes, question.tolerance)
    at_1 = _supposed(question, made, names, 1.0)
    least = 0 if set(grads) < set(question.grads) else question.least
    return fit_linear(grads, at_0, at_1, question.sizes, question.tolerance, least)


def _supposed(
    question: Question, made: tuple[Made, ...], names: tuple[str, ...], value: float
) -> Grads:
    """What somebody gets who makes these mistakes; `value` is put where one is to be fitted."""
    chosen = tuple((each, value if each.linear else own) for each, own in made)
    return pass_with(question, chosen, hidden=not set(names) <= set(OUTPUT_GRADS)).grads


def pass_with(question: Question, made: tuple[Made, ...], hidden: bool = True) -> Pass:
    """The pass of somebody who makes these mistakes, each with its value."""
    steps = RIGHT
    for each, value in made:
        steps = steps.changed(each.at(value))
    exercise = question.exercise
    return steps.run(exercise.parameters, exercise.X, exercise.targets, hidden)
