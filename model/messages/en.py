"""What is said in English: a sentence for each code, with str.format's {names} for its values.

A code is `area.what`; the areas stand in the order of the code that uses them.
"""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    # The network
    "network.layers": "layers must be two or more positive sizes, not {found}",
    "network.parameter_count": "layers {layers} have {count} parameters, found {found}",
    "network.array_shape": "{name}: expected {expected}, found {found}",
    # A recipe's values: the sentence follows the field's name
    "recipe.activation": "{found!r} is none of {allowed}",
    "recipe.no_whole": "must be a whole number, found {found}.",
    "recipe.no_number": "must be a number, found {found}.",
    "recipe.no_flag": "must be true or false, found {found}.",
    "recipe.no_sizes": "must be a list of sizes, found {found}.",
    "recipe.out_of_range": "must lie from {low:,} to {high:,}, found {found}.",
    "recipe.huge_number": "one of over 15 digits",
    "recipe.number_of_sizes": "give 1 to {most} sizes, found {found}.",
    "recipe.size": "each size must lie from 1 to {high:,}, found {found}.",
    "recipe.too_many_weights": (
        "make {found:,} weights, at most {most:,} are trained; use smaller layers."
    ),
    "recipe.unknown_choice": "{found} is unknown; choose one of {allowed}.",
    "recipe.no_hyperparameter": "is not a hyperparameter.",
    # Hyperparameters: what forms, options and the API's schema call them and say of them
    "hyperparameter.range": "From {low:,} to {high:,}.",
    "hyperparameter.range_in": "From {low:,} to {high:,} {unit}.",
    "hyperparameter.choices": "One of {choices}.",
    "hyperparameter.epochs.label": "Epochs",
    "hyperparameter.epochs.words": "How often the network sees every training digit.",
    "hyperparameter.epochs.unit": "epochs",
    "hyperparameter.learning_rate.label": "Learning rate α",
    "hyperparameter.learning_rate.unit": "",
    "hyperparameter.learning_rate.words": (
        "How far each step goes downhill. Too small: slow. Too large: the loss jumps about."
    ),
    "hyperparameter.batch_size.label": "Batch size",
    "hyperparameter.batch_size.words": "How many digits are averaged for one step.",
    "hyperparameter.batch_size.unit": "digits",
    "hyperparameter.optimizer.label": "Optimiser",
    "hyperparameter.optimizer.words": "How a gradient becomes a step.",
    "hyperparameter.optimizer.sgd": "gradient descent, with momentum",
    "hyperparameter.momentum.label": "Momentum",
    "hyperparameter.momentum.unit": "",
    "hyperparameter.momentum.words": (
        "How much of the last step is kept: a ball rolling rather than a walker."
    ),
    "hyperparameter.weight_decay.label": "Weight decay",
    "hyperparameter.weight_decay.unit": "",
    "hyperparameter.weight_decay.words": (
        "A gentle pull of every weight towards 0, against learning by heart."
    ),
    "hyperparameter.schedule.label": "Schedule",
    "hyperparameter.schedule.words": "Whether α stays the same or glides down to 0.",
    "hyperparameter.schedule.constant": "constant",
    "hyperparameter.schedule.cosine": "cosine",
    "hyperparameter.hidden_layers.label": "Hidden layers",
    "hyperparameter.hidden_layers.words": (
        "Units of each hidden layer: 128, or 256, 64 for two layers."
    ),
    "hyperparameter.hidden_layers.unit": "units",
    "hyperparameter.activation.label": "Activation",
    "hyperparameter.activation.words": "How a hidden unit answers to its sum.",
    "hyperparameter.activation.sigmoid": "sigmoid",
    "hyperparameter.activation.tanh": "tanh",
    "hyperparameter.activation.relu": "relu",
    "hyperparameter.activation.leaky_relu": "leaky_relu",
    "hyperparameter.initialization.label": "First weights",
    "hyperparameter.initialization.words": (
        "Where the descent starts. The text draws every bias from 0 to 1, and pays for it."
    ),
    "hyperparameter.initialization.scaled": "scaled to the layer",
    "hyperparameter.initialization.blog": "the text's own",
    "hyperparameter.augment.label": "Distortions",
    "hyperparameter.augment.words": (
        "Turn, shift and stretch the training digits, so that more handwriting is known."
    ),
    "hyperparameter.augment.none": "none",
    "hyperparameter.augment.affine": "affine",
    "hyperparameter.augment.full": "full",
    "hyperparameter.deskew.label": "Straighten",
    "hyperparameter.deskew.words": "Set slanted digits upright before the network sees them.",
    "hyperparameter.deskew.true": "yes",
    "hyperparameter.deskew.false": "no",
    "hyperparameter.features.label": "Features",
    "hyperparameter.features.words": (
        "What the network sees of a digit: the ink of its pixels, or the edges on each side of "
        "its strokes."
    ),
    "hyperparameter.features.pixels": "pixels",
    "hyperparameter.features.edges": "edges",
    "hyperparameter.train_examples.label": "Training digits",
    "hyperparameter.train_examples.words": (
        "Learn from the first so many only. Try 500 and watch it learn them by heart."
    ),
    "hyperparameter.train_examples.unit": "digits",
    "hyperparameter.drawn_examples.label": "Drawn digits",
    "hyperparameter.drawn_examples.words": (
        "Learn from so many digits besides that are drawn from pen strokes."
    ),
    "hyperparameter.drawn_examples.unit": "digits",
    "hyperparameter.seed.label": "Seed",
    "hyperparameter.seed.unit": "",
    "hyperparameter.seed.words": (
        "The start of all chance: the same seed gives the same run, bit for bit."
    ),
    # A training run
    "training.other_base": (
        "is a {activation} network of layers {layers}; this recipe makes a {wanted_activation} "
        "network of layers {wanted_layers}. Give it the same ones."
    ),
    "training.other_optimizer": "is {expected}; the state to go on from is that of {found}.",
    "training.diverged": (
        "The loss is no longer a number, in epoch {epoch}: the steps are too large. "
        "Lower learning_rate (it was {learning_rate:g})."
    ),
}
