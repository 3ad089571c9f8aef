"""The test accuracy after each epoch, which the text's training loop prints: for looking alone.

`train` never sees a test image, so what is seen here can neither change a weight nor choose an
epoch: the epoch that is kept is the one with the highest validation accuracy.
"""

from model.data.idx import Dataset
from model.metrics import accuracy
from model.network import Array, forward
from model.training.pipeline import prepare
from model.training.recipe import Recipe, going_on
from model.training.state import TrainingState

__all__ = ["Onlooker"]


class Onlooker:
    """Whoever runs a recipe shows it the state at each epoch's end."""

    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        self._recipe = recipe
        self._images, self._labels = data.test_images, data.test_labels
        self._inputs: Array | None = None  # (n, 784), prepared once for all epochs

    def test_accuracy(self, state: TrainingState) -> float | None:
        """The share, 0..1, of the test images that the latest parameters, not the best, read.

        None where the recipe does not want to know it, or the data set has no test images.
        """
        if not self._recipe.test_each_epoch or not len(self._labels):
            return None
        if self._inputs is None:
            self._inputs = prepare(going_on(self._recipe, state.least_scale), self._images)
        return accuracy(forward(state.parameters, self._inputs).a[-1], self._labels)
