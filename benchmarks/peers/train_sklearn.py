"""scikit-learn's MLPClassifier; `partial_fit` is one shuffled pass over all it is given."""

import numpy as np
import protocol
from sklearn.neural_network import MLPClassifier

x, y, test_x, _ = protocol.load()
net = MLPClassifier(
    hidden_layer_sizes=(protocol.HIDDEN,),
    activation="logistic",
    solver="sgd",
    batch_size=protocol.BATCH,
    learning_rate_init=protocol.LEARNING_RATE,
    momentum=0.0,
    alpha=0.0,
)
digits = np.arange(10)
protocol.answer(lambda: net.partial_fit(x, y, classes=digits), lambda: net.predict(test_x))
