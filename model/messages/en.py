"""The sentences in English, by code, with str.format's {names} for values.

A code is `area.name`. Separators of lists follow the name: {sizes:, } gives "1, 2, 3", and
{digits:, | or } gives "1, 2 or 3". A value that is a message is replaced by its own sentence.
"""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    # The network
    "network.layers": "layers must be two or more positive sizes, not {found}",
    "network.parameter_count": "layers {layers} have {count} parameters, found {found}",
    "network.array_shape": "{name}: expected {expected}, found {found}",
    # A recipe's values: the sentence follows the field's name
    "recipe.activation": "{found!r} is none of {allowed:, }",
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
    "recipe.unknown_choice": "{found} is unknown; choose one of {allowed:, }.",
    "recipe.mistake_elsewhere": "is made in a network with one hidden layer of sigmoids only.",
    "recipe.no_hyperparameter": "is not a hyperparameter.",
    # Hyperparameters: what forms, options and the API's schema call them and say of them
    "hyperparameter.range": "From {low:,} to {high:,}.",
    "hyperparameter.range_in": "From {low:,} to {high:,} {unit}.",
    "hyperparameter.choices": "One of {choices:, }.",
    "hyperparameter.epochs.label": "Epochs",
    "hyperparameter.epochs.words": "How often the network sees every training digit.",
    "hyperparameter.epochs.unit": "epochs",
    "hyperparameter.early_stopping.label": "Early stopping",
    "hyperparameter.early_stopping.words": (
        "Stop after so many epochs in which the validation loss reached no new low."
    ),
    "hyperparameter.early_stopping.unit": "epochs",
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
    "hyperparameter.mistake.label": "Mistake",
    "hyperparameter.mistake.unit": "",
    "hyperparameter.mistake.words": (
        "Train with a wrong gradient: most mistakes still learn, which is why they go unnoticed."
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
    "hyperparameter.initialization.standard_normal": "N(0, 1), too large",
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
    "hyperparameter.rescale.label": "Pixels from 0 to 1",
    "hyperparameter.rescale.words": (
        "Divide the pixels, 0 to 255, by 255. Without, the first sums are 255 times as large."
    ),
    "hyperparameter.rescale.true": "yes",
    "hyperparameter.rescale.false": "no, 0 to 255",
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
    "hyperparameter.test_each_epoch.label": "Test after each epoch",
    "hyperparameter.test_each_epoch.words": (
        "Show after each epoch how many test digits are read: for looking, never for choosing."
    ),
    "hyperparameter.test_each_epoch.true": "yes",
    "hyperparameter.test_each_epoch.false": "no",
    # A training run
    "training.other_base": (
        "is a {activation} network of layers {layers}; this recipe makes a {wanted_activation} "
        "network of layers {wanted_layers}. Give it the same ones."
    ),
    "training.other_optimizer": "is {expected}; the state to go on from is that of {found}.",
    "training.diverged": (
        "The loss is no longer a number, in epoch {epoch}: the steps are too large. "
        "Lower the learning rate (it was {learning_rate:g})."
    ),
    "training.stopped_early": (
        "Stopped early, after epoch {epoch} of {epochs}: the validation loss has reached no new "
        "low for {patience} epochs, since epoch {best} ({loss:.4f})."
    ),
    # Hints about a training run (model/training/diagnostics.py).
    "hint.not_a_number": (
        "The loss is no longer a number (NaN): the steps were so large that the numbers "
        "overflowed. Lower the learning rate tenfold, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.loss_rises": (
        "The training loss rises: the steps overshoot the minimum. "
        "Halve the learning rate, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.saturated": (
        "In {layers} over {share:.0%} of the units are saturated, where {activation} is flat: "
        "hardly any gradient gets through. Steps that are too large lead there. "
        "Lower the learning rate tenfold, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.saturated_by_start": (
        "In {layers} over {share:.0%} of the units are saturated, where {activation} is flat: "
        "hardly any gradient gets through. They were so from the start, as weights from N(0, 1) "
        "make sums that are far too large. Scale the first weights to the layer."
    ),
    "hint.saturated_by_pixels": (
        "In {layers} over {share:.0%} of the units are saturated, where {activation} is flat: "
        "hardly any gradient gets through. Pixels from 0 to 255 make sums that are 255 times too "
        "large. Divide them by 255."
    ),
    "hint.units_off": (
        "In {layers} over {share:.0%} of the units are off (z ≤ 0): "
        "hardly any gradient gets through. "
        "Lower the learning rate tenfold, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.dead_units": (
        "In {layers} over {share:.0%} of the units are dead: no digit makes them active, so no "
        "gradient reaches them and they never learn again. Start anew with a tenth of the "
        "learning rate, from {from_rate:g} to {to_rate:.3g}, or with leaky_relu."
    ),
    "hint.hidden_layer": "hidden layer {number}",
    "hint.hidden_layers": "hidden layers {numbers: and }",
    "hint.vanishing_gradient": (
        "The gradient vanishes on its way back: the first layer's is less than {share:.0%} of "
        "the last layer's, so the first layer hardly learns. {remedy}"
    ),
    "remedy.fewer_layers": "Use fewer hidden layers.",
    "remedy.fewer_layers_or_relu": "Use fewer hidden layers, or relu as the activation.",
    "hint.too_slow": (
        "The loss falls steadily but very slowly: the steps are too small. "
        "Raise the learning rate tenfold, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.overfits": (
        "The network overfits since epoch {epoch}: it gets better on the training digits and "
        "worse on the validation digits. Train {remedies:, | or }."
    ),
    "hint.gap": (
        "A gap has opened between the losses: {train:.2f} on the training digits, "
        "{validation:.2f} on the validation digits. The network begins to learn the former by "
        "heart. Dropout, a remedy elsewhere, is not built in here; train {remedies:, | or }."
    ),
    "remedy.early_stopping": "with early stopping, which only saves the time",
    "remedy.more_images": "on more training digits",
    "remedy.distortions": "with {label} set to {choice}",
    "remedy.weight_decay": "with more weight decay ({weight_decay:g})",
    "hint.still_falling": (
        "The loss was still falling when the run ended. Train for more epochs ({epochs}, say) "
        "or double the learning rate, from {from_rate:g} to {to_rate:.3g}."
    ),
    "hint.schedule_ended_early": (
        "The steps shrank to 0 by plan before the network had learnt enough. "
        "Train for more epochs ({epochs}, say): the same plan is then spread over more steps."
    ),
    # Lessons of a run that goes wrong (model/training/lessons.py)
    "lesson.rate_too_high.title": "Steps too large",
    "lesson.rate_too_high.words": (
        "A learning rate of 10 jumps across the valley and up its other side. Watch the loss: it "
        "begins above 2.30, that of guessing among ten digits, and leaps where it should fall. "
        "The first leaps throw the units to where sigmoid is flat, and hardly one comes back."
    ),
    "lesson.rate_too_low.title": "Steps too small",
    "lesson.rate_too_low.words": (
        "Nothing is wrong here, only slow: the loss falls in every epoch, smoothly, and is far "
        "from done at the end. Watch how straight its line is, and where the tenfold rate is "
        "after the first epoch already."
    ),
    "lesson.vanishing_gradient.title": "Vanishing gradients",
    "lesson.vanishing_gradient.words": (
        "Four hidden layers of sigmoids, each of which passes on at most a quarter of the "
        "gradient. Watch the loss: it stays at 2.30, that of guessing among ten digits. Then "
        "compare the gradient of the first layer with that of the last, in the diagnosis."
    ),
    "lesson.dead_units.title": "Dead ReLU units",
    "lesson.dead_units.words": (
        "A relu is 0, and so is its slope, wherever its sum is negative. One step that is too "
        "large can push a unit below 0 for every digit, and then no gradient ever reaches it. "
        "Watch the loss come to rest far too high, and the number of dead units."
    ),
    "lesson.bad_start.title": "A bad start",
    "lesson.bad_start.words": (
        "Every first weight is drawn from N(0, 1), however many inputs a unit adds up. Sums of "
        "hundreds of these are so large that sigmoid is flat there. Watch how slowly the loss "
        "falls, from a start that is worse than guessing."
    ),
    "lesson.pixels_to_255.title": "Pixels of 0 to 255",
    "lesson.pixels_to_255.words": (
        "The text divides its training pixels by 255 and leaves the test pixels as they are. "
        "Here they are all left. Watch the units: the first step already finds them saturated, "
        "and the loss jumps from epoch to epoch instead of falling."
    ),
    "lesson.overfitting.title": "Learning by heart",
    "lesson.overfitting.words": (
        "With 500 digits a network can learn each one by heart. Watch the two lines of a run "
        "part: the training loss goes on to 0, the validation loss turns and rises again. "
        "Distorted anew in each epoch, the same 500 digits never look the same twice."
    ),
    # Why an answer is uncertain (model/confidence/rejection.py).
    "reason.letter_or_sign": "This looks like a letter or a sign, not a digit.",
    "reason.scribble": "This looks like a scribble, not a digit.",
    "reason.several_digits": "There seem to be several digits; show one at a time.",
    "reason.filled_shape": "This looks like a filled shape, not a digit.",
    "reason.picture": "This looks like a picture, not a digit.",
    "reason.nothing_fits": "This does not look much like any digit.",
    "reason.no_class_fits": "This does not look much like any of the classes.",
    "reason.could_be": "It could be {digits:, | or }.",
    "reason.light_or_dark": (
        "It could be {digits:, | or }: it is not clear whether the ink is light or dark."
    ),
    "digit.0": "a 0",
    "digit.1": "a 1",
    "digit.2": "a 2",
    "digit.3": "a 3",
    "digit.4": "a 4",
    "digit.5": "a 5",
    "digit.6": "a 6",
    "digit.7": "a 7",
    "digit.8": "an 8",
    "digit.9": "a 9",
    # Arrays that do not fit.
    "classifier.pixels": "an image has {expected} pixels, found shape {found}",
    "metrics.classes": "classes run from 0 to {most}, found {low}..{high}",
    "metrics.one_answer_each": (
        "one answer for each label is needed, found {answers} and {labels}"
    ),
    "calibration.one_label_each": "one label a row is needed, found {logits} and {labels}",
    "augment.unknown_kind": "kind is {kind!r}; use 'none', 'affine' or 'full'.",
    # Data sets (model/data/idx.py).
    "checkpoint.classes": "classes: expected a list of names, found {found}.",
    "samples.missing": "A file of samples has the arrays pixels and labels; there is no {name}.",
    "samples.pixels": ("pixels: expected uint8 of shape (n, 784), found {found} of shape {shape}."),
    "samples.labels": "labels: expected a whole number for each image, found {found} of {shape}.",
    "samples.label": "labels: expected digits from 0 to 9, found {found}.",
    "samples.nth": "Sample {index}",
    "samples.one": "This drawing",
    "samples.other_label": (
        "{sample} is stored already, as a {label} ({id}). If it is meant to be a {asked}, delete "
        "that one first."
    ),
    "samples.two_labels": (
        "Samples {earlier} and {index} are the same drawing, but one is called a {before} and the "
        "other a {label}. Nothing was added or learnt; take one of them out."
    ),
    "samples.off": (
        "This server stores no samples (BYHAND_SAMPLES=off). Run your own byhand to teach it your "
        "hand."
    ),
    "samples.none": ("there is no sample to learn yet: draw some and say what they are"),
    "samples.not_found": "There is no sample {id!r}.",
    "samples.set_lost": (
        "The samples that this job was to learn are gone or damaged. Submit it anew."
    ),
    "samples.json_strokes": (
        "strokes: expected a list of strokes, each a list of points [x, y], two numbers from 0 to "
        "1 over the pad; found {found}."
    ),
    "samples.no_part": (
        "The form has no part samples. Send the .npz in it: curl -F samples=@FILE.npz"
    ),
    "samples.point": (
        "The points of strokes are pairs of numbers from 0 to 1 over the pad, found {found}."
    ),
    "samples.too_long": "{sample} has more than {strokes} strokes or {points:,} points.",
    "samples.strokes": (
        "The strokes do not fit the samples: points (P, 2), stroke_ends and sample_ends belong "
        "together."
    ),
    "idx.too_few_to_hold_back": (
        "Cannot hold back {validation} validation examples out of {found}. "
        "Use a larger data set, or hold back fewer."
    ),
    "idx.train_examples": (
        "train_examples is {asked}; this data set has 1 to {available} "
        "besides the validation examples."
    ),
    "idx.missing": "{path} is missing. {remedy}",
    "idx.unreadable": "{path} cannot be read ({error}). {remedy}",
    "idx.damaged": "{path} is damaged or cut off ({error}). {remedy}",
    "idx.other_sha256": "{path} is damaged: its content has another SHA-256. {remedy}",
    "idx.no_idx_file": (
        "{path} is no IDX file of bytes: it should start with 00 00 08, found {found}. {remedy}"
    ),
    "idx.nothing": "nothing",
    "idx.header_cut_off": "{path} is cut off inside its header. {remedy}",
    "idx.header_disagrees": (
        "{path} holds {found} values, but its header says {shape: x }. {remedy}"
    ),
    "idx.images_shape": (
        "{path} should hold n x {side} x {side} values, found {shape: x }. "
        "Resize the images to {side} x {side} first."
    ),
    "idx.labels_shape": (
        "{path} should hold {expected} labels, as many as {images} has images; "
        "found {shape: x }. Use files that belong together."
    ),
    "idx.swapped": (
        "Images and labels look swapped: {images} holds single numbers, {labels} holds images."
    ),
    "idx.labels_from_one": "{path} has labels from 1 to {most}. Number them from 0.",
    "idx.too_many_classes": (
        "{path} has labels up to {found}; the network tells ten classes apart, 0 to 9. "
        "Use a data set of ten classes."
    ),
    "idx.several_sets": "There are several {part} sets: {names:, }. Keep one of them there.",
    "idx.large": "{path} has {found:,} bytes, at most {most:,} are read. Use fewer images.",
    "idx.unpacks_to_more": "{path} unpacks to more than {most:,} bytes. Use a smaller data set.",
    "idx.restore_bundled": "Restore model/data/mnist/ from the repository, or reinstall byhand.",
    "idx.download_again": "Download it again.",
    "idx.put_files_there": (
        "Images and labels belong together; the two files for testing may both be left out."
    ),
    # Own data (model/data/files.py, own.py; app/imaging/labelled_pictures.py).
    "archive.unreadable": "{path} cannot be read: {error}.",
    "archive.too_many": (
        "The zip has {found:,} files in it, at most {most:,} are taken. "
        "Send fewer pictures, or the data set as IDX files."
    ),
    "archive.not_whole": "This is not a whole zip: {error}. Make it again.",
    "archive.unpacks_to_more": (
        "The zip unpacks to {found:,} bytes, at most {most:,} are taken. "
        "Make its pictures smaller: 28x28 is what the network sees."
    ),
    "archive.climbs": (
        "{member!r} is a path that leads out of the zip. Put folders with pictures into it, "
        "and nothing else."
    ),
    "archive.link": "{member!r} is a link or a device. Put the picture itself into the zip.",
    "archive.encrypted": "{member!r} is encrypted. Make the zip without a password.",
    "archive.method": (
        "{member!r} is packed by a method that is not taken. Make a usual zip: zip -r data.zip …"
    ),
    "archive.member_damaged": "{member!r} cannot be unpacked: {error}. Make the zip again.",
    "dataset.not_found": "There is no data set {id!r}. GET /datasets lists them.",
    "dataset.damaged": "Data set {id!r} is damaged in the store. Delete it, and send it again.",
    "dataset.in_use": (
        "Job {job} needs data set {id} and has not ended ({count} in all). Cancel it first "
        "(DELETE /train/ID), or wait."
    ),
    "dataset.gone": (
        "The model was trained on the data set {id!r}, which is not here (any more): there are no "
        "test pictures to evaluate it on."
    ),
    "dataset.send": (
        "Content-Type: expected {expected}, found {found}. Send the files so: "
        "curl -F zip=@pictures.zip -F name=…, or -F train_images=@… -F train_labels=@…"
    ),
    "dataset.no_files": (
        "The form has neither `zip` nor `train_images` and `train_labels`. "
        "Send so: curl -F zip=@pictures.zip …"
    ),
    "dataset.both": "The form has a zip and IDX files. Send one data set at a time.",
    "dataset.twice": "The form has several files `{part}`. Send one data set at a time.",
    "dataset.folders_name": (
        "classes: the folders name the classes ({names:, }). Rename the folders, or send IDX files."
    ),
    "dataset.orientation": "orientation: expected one of {allowed:, }, found {found}.",
    "dataset.name": (
        "name: expected up to {most} printable characters, found {found}. Send another `name`."
    ),
    "dataset.not_there": (
        "{path} is neither a directory, a zip nor the id of a data set. byhand datasets list "
        "shows those of the store."
    ),
    "dataset.and_samples": "are digits of one's own hand: learn them without a data set.",
    "command.dataset_and_samples": (
        "--samples are digits of one's own hand: learn them without --dataset."
    ),
    "samples.base_of_classes": (
        "tells {names:, } apart, not digits: samples of digits cannot be learnt on top of it."
    ),
    "dataset.nothing": (
        "There are neither IDX files nor pictures in folders. Name a folder for each class and "
        "put its pictures there; train/ and test/ around these folders are possible."
    ),
    "dataset.loose_picture": (
        "{member!r} lies in no folder that says what it shows. Put each picture into a folder "
        "named for its class."
    ),
    "dataset.two_layouts": (
        "{member!r} lies outside of train/ and test/, in which other pictures lie. "
        "Put all of them there, or none."
    ),
    "dataset.no_picture": "{member!r} is no picture that can be used: {problem}",
    "dataset.large_file": (
        "{member!r} has {found:,} bytes; at most {most:,} are read of one picture. Make it smaller."
    ),
    "dataset.too_many_pictures": (
        "There are {found:,} pictures that have to be brought to 28x28, at most {most:,} are. "
        "Send fewer, or 28x28 pixels each, white on black."
    ),
    "dataset.number_of_classes": (
        "There are {found} classes; the network tells two to {most} apart."
    ),
    "dataset.too_many_classes": (
        "There are {found} classes: {names:, }, …; the network tells at most {most} apart. "
        "Keep {most} folders."
    ),
    "dataset.class_name": (
        "{name!r} is no name of a class: expected 1 to {most} characters that can be shown, "
        "without spaces around them, found {found}."
    ),
    "dataset.class_twice": "Each class needs a name of its own: {names:, }.",
    "dataset.unnamed": (
        "{found} classes are named, but there are labels up to {label}. Name each label from 0 on."
    ),
    "dataset.single_class": (
        "All pictures are of one class, {name}: there is nothing to tell apart. "
        "Add pictures of another."
    ),
    "dataset.too_few": "There are {found} training pictures; at least {least} are needed.",
    "dataset.one_grey": "Every pixel of every picture is {value}: there is nothing to see.",
    "dataset.class_missing": (
        "No training picture shows {names:, | or }: the network will not learn to answer that."
    ),
    "dataset.class_untested": (
        "No test picture shows {names:, | or }: how well that is read will not be known."
    ),
    "dataset.blank": (
        "In {count:,} of the {total:,} training pictures every pixel is the same: there is nothing "
        "to see in them. They were kept."
    ),
    "dataset.scaled": (
        "The pixels are 0 to {most}, not 0 to 255: they were scaled up, or the network would see "
        "black only."
    ),
    "dataset.inverted": (
        "The pictures are dark on light: they were inverted, since the network reads light on dark."
    ),
    "dataset.disagree": (
        "Labels disagree for {count:,} of the pictures that are there more than once; the first is "
        "there as {one} and as {other}. The network cannot learn both. All were kept."
    ),
    "dataset.turned": (
        "The digits are transposed, as EMNIST's are: of {looked_at:,} a network reads {came:.1f} % "
        "as they came and {turned:.1f} % with rows and columns exchanged. They were turned; if "
        "that is wrong, bring them again and say that they are upright."
    ),
    "dataset.turned_as_asked": "Rows and columns were exchanged, as you asked.",
    "dataset.kept_as_asked": (
        "The digits seem transposed: of {looked_at:,} a network reads {came:.1f} % as they came "
        "and {turned:.1f} % with rows and columns exchanged. They were kept as they came, as you "
        "asked; a network trained on them reads upright digits wrong."
    ),
    "dataset.orientation_unknown": (
        "Whether the pictures are upright cannot be told: of {looked_at:,} a network for digits "
        "reads {came:.1f} % as they came and {turned:.1f} % with rows and columns exchanged. They "
        "were not turned; if they are transposed, bring them again and say so."
    ),
    "dataset.test_part": (
        "There is no test part: {test:,} of the {total:,} pictures, from every class its share, "
        "were put aside for testing."
    ),
    "dataset.mixed": (
        "The pictures were mixed, so that those held back for validation are of every class."
    ),
    "dataset.inked": (
        "The pictures are not 28x28 pixels: each was cropped to its ink, scaled and centred, and "
        "inverted where it was dark on light, as drawings on the page are."
    ),
    "dataset.plain": "The pictures are 28x28 pixels: none was cropped, resized or moved.",
    # Weights files and training states (model/serialization).
    "npz.unreadable": "{path}: cannot be read: {error}.",
    "npz.not_whole": "The file is not a whole .npz: {error}.",
    "npz.too_large": "The file unpacks to {found:,} bytes; at most {most:,} are read.",
    "npz.no_array": "{name}: expected a .npy array, found other data.",
    "npz.pickled": "{name}: expected numbers, found pickled Python objects.",
    "npz.not_finite": "{name}: expected finite numbers, found {count} NaN or infinite.",
    "npz.without_meta": "meta: expected a {kind}, found a file without meta.",
    "npz.too_many": "The file has {found:,} arrays; at most {most} are read.",
    "npz.method": "{name}: packed by another method than those of np.savez, which are read here.",
    "npz.meta_size": "meta: expected at most {most:,} bytes, found {found:,}.",
    "npz.meta_not_json": "meta: expected UTF-8 JSON as uint8, found other data.",
    "npz.meta_no_object": "meta: expected a JSON object, found {found}.",
    "npz.format_version": "{name}: expected format version {expected}, found {found}.",
    "npz.kind": "{name}: expected kind {expected}, found {found}.",
    "npz.dtype": "{name}: expected dtype {expected}, found {found}.",
    "npz.shape": "{name}: expected shape {expected}, found {found}.",
    "npz.size": "{name}: expected size in bytes {expected}, found {found}.",
    "npz.sha256": "{name}: expected sha256 of the arrays {expected}, found {found}.",
    "checkpoint.array_missing": "{name}: expected arrays {expected: }, found {found: }.",
    "checkpoint.array_unexpected": "{name}: no such array is expected beside {expected: }.",
    "checkpoint.weights_shape": "{name}: expected shape ({inputs}, units), found {found}.",
    "checkpoint.sums_too_large": (
        "W{number}: expected weights whose sums stay below {most:g}, found sums of up to {found:g}."
    ),
    "checkpoint.temperature_range": "temperature: expected 0.001 to 1,000, found {found}.",
    "checkpoint.accuracy_range": "test_accuracy: expected 0 to 1, found {found}.",
    "checkpoint.least_scale_range": "least_scale: expected {least} to 1, found {found}.",
    "checkpoint.field_kind": "{name}: expected {kind}, found {found}.",
    "checkpoint.not_bundled": "{name!r} does not come with byhand; {bundled:, } do.",
    "checkpoint.field_choice": "{name}: expected one of {allowed:, }, found {found}.",
    "checkpoint.state_incomplete": "The training state is incomplete: {missing!r} is missing.",
    "checkpoint.state_misfit": "The training state does not fit together: {error}.",
    # Pictures (model/preprocessing, app/imaging).
    "image.dimensions": "A grey image has two dimensions, found the shape {found}.",
    "image.blank": (
        "No ink was found in the picture: it is blank, or too faint. Show one digit, large "
        "and much darker or much lighter than what it is written on."
    ),
    "image.formats": "Send a PNG, JPEG, WebP, GIF, BMP or TIFF picture.",
    "image.empty": "The uploaded file is empty. {remedy}",
    "image.heic": "HEIC and AVIF pictures are not read here. Save it as JPEG.",
    "image.no_picture": "The uploaded file is not a picture. {remedy}",
    "image.too_many_pixels": (
        "The picture has {width:,} x {height:,} pixels; at most {most:,} are read. "
        "Make it smaller: 300 x 300 is plenty for one digit."
    ),
    "image.too_many_digits": (
        "The picture holds {found:,} pieces like digits; at most {most} are read in one picture. "
        "Cut it to the digits."
    ),
    "image.damaged": "The {kind} file is damaged or cut off. Save or send it again.",
    # Models and explanations (app/store, app/serving).
    "model.bundled": "Edges, reads best",
    "model.bundled_pixels": "Pixels, as in the text",
    "model.not_found": "There is no model {id!r}. GET /models lists them.",
    "model.no_step": "{id!r} is no snapshot: after the @ stands a step, such as pixels@300.",
    "model.no_snapshots": "{id!r} has no snapshots.",
    "model.other_steps": (
        "{id!r} has no snapshot after step {step}; there are some after steps {steps:, }."
    ),
    "model.is_snapshot": (
        "{id!r} is a snapshot. It can be predicted with, but neither activated nor deleted: "
        "it goes with its model."
    ),
    "model.is_active": (
        "Model {id!r} is the active one. Activate another first: PUT /models/active."
    ),
    "model.bundled_stays": "The bundled models stay: they are what a server starts with.",
    "model.cursor": "cursor: expected the `next` of a page before, found {found!r}.",
    "model.damaged": "Model {id!r} is damaged in the store. Delete it, or upload it again.",
    "model.instead": (
        "The active model {id!r} cannot be used, and {instead!r} reads in its place: {problem} "
        "Activate another: PUT /models/active."
    ),
    "model.none_loaded": "No model is loaded yet. Try again in a few seconds.",
    "model.inputs": "W1: expected {expected} rows, one for each pixel, found {found}.",
    "model.layers": "The network has {found:,} hidden layers; at most {most} are read.",
    "model.units": "The network has a layer of {found:,} units; at most {most:,} are read.",
    "model.weights": "The network has {found:,} weights; at most {most:,} are read.",
    "model.outputs": "W{layer}: expected {expected} columns, one for each digit, found {found}.",
    "gradients.size": (
        "The answer would be too large: it tells every number of {found:,} images, and of this "
        "network at most {most:,} fit. Send fewer at a time."
    ),
    "gradients.network_size": (
        "The answer would be too large: this network has {found:,} weights. "
        "Leave out full=true and format=npz, or ask about a smaller network."
    ),
    "gradients.label": "label: expected a digit from 0 to {most}, found {found}.",
    # Training jobs (app/jobs, app/store).
    "field.problem": "{field}: {problem}",
    "job.name_epoch": "{preset}, 1 epoch",
    "job.name_epochs": "{preset}, {epochs} epochs",
    "job.not_found": "There is no job {id!r}. GET /train lists them.",
    "job.no_sweep": "There is no sweep {sweep!r}.",
    "job.key_used": (
        "Idempotency-Key {key!r} was used for another request, job {job}. "
        "Send a new key with a new request."
    ),
    "job.queue_full": (
        "{waiting} jobs are waiting and at most {most} may; this would add {more}. "
        "Try again when some are done."
    ),
    "store.most_models": (
        "{there} models are stored and at most {most} may be. Delete some (DELETE /models/ID), or "
        "have BYHAND_MAX_MODELS raised."
    ),
    "store.most_samples": (
        "{there} samples are stored and at most {most} may be; this would add {more}. Delete some, "
        "or have BYHAND_MAX_SAMPLES raised."
    ),
    "store.models_reserved": (
        "{there} models are stored, {coming} jobs that wait or run are to leave one each, and at "
        "most {most} may be. Wait for the jobs, cancel some (DELETE /train/ID), delete models "
        "(DELETE /models/ID), or have BYHAND_MAX_MODELS raised."
    ),
    "store.bytes_reserved": (
        "The store takes {used:,} bytes, {reserved:,} are reserved for jobs that wait or run, and "
        "this may take {more:,}: more than {most:,}. Wait for the jobs, cancel some "
        "(DELETE /train/ID), delete models (DELETE /models/ID), or have BYHAND_MAX_STORE_BYTES "
        "raised."
    ),
    "store.most_bytes": (
        "The store takes {used:,} of {most:,} bytes, and this may take {more:,} more. Delete "
        "models (DELETE /models/ID) or data sets, or have BYHAND_MAX_STORE_BYTES raised."
    ),
    "job.ended_already": "Job {job} has {state} already; there is nothing to cancel.",
    "job.over": "Job {job} is over ({state}); it can be neither paused nor resumed.",
    "job.base_model_misfit": "{model} {problem}",
    "job.damaged": "What the store holds of this job is damaged.",
    "job.swept_value": "{message}",
    "job.attempt_failed": "Attempt {attempt} of {attempts}: {reason}",
    "job.scheduler_away": (
        "The scheduler of the training cluster cannot be reached. Jobs wait, and go on when it is "
        "back."
    ),
    "job.no_workers": "The training cluster has no workers. Jobs wait until there are some.",
    "job.raised": "{kind}: {error}",
    "job.process_died": "The process that trained it died: killed, or out of memory.",
    "job.process_silent": (
        "The process that trained it gave no sign of life any more (stopped, or hanging), and was "
        "ended."
    ),
    "job.worker_silent": (
        "Its worker was not heard of for {seconds:g} seconds, after epoch {epoch} of {epochs}."
    ),
    "store.migrate_through_engine": (
        "Migrate through app.store.engine.migrate, which holds the lock."
    ),
    # Settings (app/settings.py).
    "setting.allowed_hosts": (
        "expected names such as byhand.example.org,*.example.org, without http:// and port, "
        "found {found!r}"
    ),
    "setting.language": (
        "there are no sentences in {found!r}; these languages are complete, with a file in "
        "model/messages/ and one in static/words/: {there:, }"
    ),
    "setting.proxies": (
        "expected addresses or networks such as 127.0.0.1,10.0.0.0/8, found {found!r}"
    ),
    "setting.rate_limit": (
        "expected a count and a time, such as 600/minute or 20/second, found {found!r}"
    ),
    # The command line (app/cli.py, app/commands).
    "command.cure": "Cure: {options}",
    "command.without_option": "without {option}",
    "command.no_lesson": "there is no lesson {name}; choose one of {names:, }.",
    "command.lesson_broken": "As it goes wrong: {options}",
    "command.lesson_cured": "Cured: {options}",
    "command.lesson_outcome": (
        "Validation loss {broken:.4f} as it went wrong, {cured:.4f} cured; "
        "accuracy {broken_accuracy:.2%} and {cured_accuracy:.2%}."
    ),
    "command.file": "{path}: {reason}",
    "command.only_here": "{option} is for training here; leave it out with --url.",
    "command.samples_there": (
        "--samples is for training here. For training there: byhand samples import {path} --url …, "
        'then POST /train with {{"samples": true}}.'
    ),
    "command.data_here": (
        "{path} is here, not there. Send it first: byhand datasets add {path} --url …, and give "
        "the id that it tells."
    ),
    "command.sizes": "{option} takes sizes such as 128 or 256,64, found {found!r}.",
    "command.is_a_directory": "{path} is a directory; name a file.",
    "command.no_such_directory": "{path} does not exist; make it first: mkdir -p {path}",
    "command.setting": "{name}: {problem}; found {found!r}.",
    "command.store": "the store cannot be opened ({cause}). Check {setting}.",
    "command.which_sample": "name one sample by its ID, or say --all.",
    "command.unread_files": "{failed} of {files} files could not be read.",
    "command.port": (
        "cannot listen on {host} port {port} ({reason}). Is another byhand running there? "
        "--port or BYHAND_PORT chooses another port."
    ),
    "command.for_looking": (
        "The test accuracy is for looking, never for choosing: no epoch is kept for it."
    ),
    "command.nothing_to_keep": (
        "stopped before the end of the first epoch: there is nothing to keep."
    ),
    "command.stopped": "stopped by Ctrl-C.",
    "command.resume_misfit": (
        "{path} holds a {activation} network with hidden layers {layers}, but the options ask "
        "for {asked_activation} with {asked_layers}. Give the options that it began with."
    ),
    "command.resume_done": (
        "{path} has all {epochs} epochs behind it; ask for more with --epochs."
    ),
    "command.is_there": "{path} is there already; name another file, or delete it first.",
    "command.nothing_to_export": "there is no sample to export; nothing was written.",
    "command.no_samples": "{path} holds no samples; draw some and save them first.",
    "command.no_answer": "{url} does not answer ({error}). Is byhand running there?",
    "command.refused": "{url} refused: {reason}",
    "command.went_away": "{url} went away; the run may go on there: GET {path}",
    "command.job_ended": "the job {state}: {reason}",
    "command.no_epoch": "no epoch was finished",
    "command.job_stopped": "the job was {state}.",
    "gradcheck.differs": (
        "{wrong} of {networks} networks have a gradient that differs from central differences "
        "by more than {tolerance:g}."
    ),
    # app/errors.py, app/main.py, app/routes/health.py: the service itself
    "service.no_such_path": (
        "There is nothing at {path}. The page /docs lists every path of this service."
    ),
    "service.busy": "Too much of this kind is waiting to be worked on. Try again in a moment.",
    "service.no_place": (
        "{most} answers of this kind are under way already, as many as one process of the server "
        "gives at once. Try again in a moment."
    ),
    "service.client_gone": "The client closed its connection before the answer was there.",
    "service.other": "{detail}",
    "service.other_method": "{path} does not take {method}; it takes {allowed}.",
    "service.store_away": "The store cannot be reached just now. Try again in a moment.",
    "service.store_full": "The store's disk is full. Delete models, or make room on it.",
    "service.store_unreachable": (
        "The store cannot be reached. Is its database running, or its file still there?"
    ),
    "service.unexpected": (
        "The server met an error of its own. Its log holds the cause under this request id."
    ),
    # app/security.py, app/origins.py: who may call, how often and with how much
    "security.body_grows": (
        "A request may have {most:,} bytes, found more. Send a smaller file, or fewer at a time."
    ),
    "security.body_size": (
        "A request may have {most:,} bytes, found {found:,}. "
        "Send a smaller file, or fewer at a time."
    ),
    "security.head": (
        "The headers of a request may have {most:,} bytes, found more. Send fewer, or in the body."
    ),
    "security.host": (
        "This server is not called {found}. Use its own name or address; its operator can allow "
        "other names by BYHAND_ALLOWED_HOSTS."
    ),
    "security.key_needed": (
        "This call needs the API key: send 'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
    ),
    "security.no_room": (
        "Others are sending more than this server takes at a time. "
        "Wait as long as Retry-After says."
    ),
    "security.other_page": (
        "Another page asked for this change. Only this service's own page and programs may."
    ),
    "security.rate_limit": (
        "{limit} are allowed to one address. Wait as long as Retry-After says."
    ),
    "security.slow_head": (
        "The headers did not arrive within {seconds:.0f} seconds. Send the request again."
    ),
    "security.slow_body": ("The body did not arrive within {seconds:.0f} seconds. Send it again."),
    "security.stalled_body": (
        "Next to nothing of the body arrived for {seconds:.0f} seconds, and others waited for its "
        "room. Send it again."
    ),
    "security.url": "An address may have {most:,} bytes, found {found:,}.",
    "security.wrong_key": "The API key is not the one this server was started with.",
    # What a visitor may add (app/visitors.py).
    "visitor.bytes": (
        "Models, samples, data sets and jobs of {most} bytes may be added from one address. Wait "
        "as long as Retry-After says."
    ),
    "visitor.jobs": (
        "{most} jobs may be submitted from one address. Wait as long as Retry-After says, or "
        "resume one that is paused."
    ),
    "visitor.samples": (
        "{most} samples may be added from one address. Wait as long as Retry-After says."
    ),
    "visitor.models": (
        "{most} models may be uploaded from one address. Wait as long as Retry-After says."
    ),
    # app/errors.py and app/routes/: what a request says
    "request.accept": "Accept: this path offers {offers}, found {found}.",
    "request.and": " and ",
    "request.base64": (
        "image: expected a picture's file in base64, or a data: URL of it, found {found}."
    ),
    "request.batch_bytes": (
        "A batch is n x {pixels} bytes, one for each pixel, found {found:,} bytes."
    ),
    "request.blank": "The image is blank: all pixels are 0. Draw a digit in it.",
    "request.booleans": "pixels: expected numbers from 0 to 255, found true or false.",
    "request.choice": "{name}: expected {choices}, found {found!r}.",
    "request.event_id": "expected the id of an event, a whole number, found {found!r}",
    # Titles of problem documents, by status (app/errors.py).
    "title.400": "Bad request",
    "title.401": "API key needed",
    "title.403": "Not done here",
    "title.404": "Not found",
    "title.no_such_path": "Not Found",
    "title.other_method": "Method Not Allowed",
    "title.unexpected": "Internal Server Error",
    "title.406": "Not acceptable",
    "title.408": "Request timeout",
    "title.409": "Conflict",
    "title.413": "Too large",
    "title.414": "Address too long",
    "title.415": "Unsupported media type",
    "title.421": "Another server's name",
    "title.422": "Invalid value",
    "title.429": "Too many requests",
    "title.499": "Client has gone",
    "title.507": "Insufficient storage",
    "title.431": "Headers too large",
    "title.503": "Unavailable",
    # Values of a request, by pydantic's names for what is wrong with them
    "field.null_character": "must not contain null characters",
    "field.swept_field": "values: cannot vary {field!r}, only {allowed:, }",
    "field.swept_jobs": "values: these make {count} jobs, at most {most} are allowed",
    "field.missing": "is missing",
    "field.extra_forbidden": "is no field of this request",
    "field.greater_than_equal": "must be {ge:,} or more",
    "field.less_than_equal": "must be {le:,} or less",
    "field.literal_error": "must be {expected}",
    "field.int_type": "must be a whole number",
    "field.int_parsing": "must be a whole number",
    "field.int_from_float": "must be a whole number",
    "field.float_type": "must be a number",
    "field.float_parsing": "must be a number",
    "field.finite_number": "must be a finite number",
    "field.bool_type": "must be true or false",
    "field.bool_parsing": "must be true or false",
    "field.string_type": "must be text",
    "field.string_too_long": "must have at most {max_length:,} characters",
    "field.list_type": "must be a list",
    "field.too_short": "must have {min_length:,} or more entries, not {actual_length:,}",
    "field.too_long": "must have at most {max_length:,} entries, not {actual_length:,}",
    "field.dict_type": "must be an object",
    "field.model_attributes_type": "must be an object",
    "request.field_found": "{message}, found {found}",
    "request.fields": "{fields}.",
    "request.flag": "{name}: expected true or false, found {found!r}.",
    "request.form_boundary": (
        "The Content-Type names no boundary between the form's parts. "
        "Let the HTTP client set this header: curl -F does."
    ),
    "request.form_damaged": (
        "The form is damaged: its end or a part's name is missing, "
        "or it has more than {most} parts."
    ),
    "request.form_text": "The form field {name!r} is not UTF-8 text.",
    "request.how_many": "{name}: expected up to {most} numbers, found {found}.",
    "request.image_blank": "{image} has to have a drawing in it; it is blank.",
    "request.image_count": "{count}",
    "request.image_no_number": "something that is no number",
    "request.image_inverted": (
        "{image} is white on black, from 0 to 255; this one looks like black on white. "
        "Send 255 - value for each pixel."
    ),
    "request.image_nth": "Image {index}",
    "request.image_numbers": (
        "{image} has {pixels} numbers (or 28 rows of 28) from 0 to 255, found {found}."
    ),
    "request.image_one": "An image",
    "request.image_ragged": "rows of different lengths",
    "request.image_shape": "the shape {shape}",
    "request.image_to_one": (
        "{image} has pixels from 0 (black) to 255 (white); these run from 0 to 1. "
        "Multiply them by 255."
    ),
    "request.image_value": "{value} at place {place}",
    "request.images_list": "pixels: expected a list of images, each of {pixels} numbers.",
    "request.json_deep": "The body has lists or objects more than {most} deep; none is needed.",
    "request.json_list": "The body has a list of numbers of over {most:,} bytes; an image has 784.",
    "request.json_numbers": (
        "The body has a list that begins with a number and holds something else too. "
        "Images, labels and gradients are lists of numbers alone."
    ),
    "request.http": "This is no HTTP request that can be read.",
    "request.json_object": (
        'Expected a JSON object such as {{"pixels": […]}}, found another value.'
    ),
    "request.json_parts": (
        "The body has more than {most:,} lists, objects and strings. "
        "Send images as lists of 784 numbers, or as bytes (application/octet-stream)."
    ),
    "request.label": "label: expected a digit from 0 to 9, found {found}.",
    "request.labels_count": ("Each image needs a label: found {images} images, {labels} labels."),
    "request.labels_list": "labels: expected a list of digits, one for each image.",
    "request.last_event_id": "Last-Event-ID: {message}.",
    "request.media_type": "Content-Type: expected {expected}, found {found}.",
    "request.missing_field": "The field {name!r} is missing.",
    "request.model_name": (
        "name: expected up to {most} printable characters, found {found}. Send another `name`."
    ),
    "request.no_image": (
        "The form has no part named 'image'. Send one: curl -F image=@digit.png …"
    ),
    "request.no_label": ("The form has no field 'label'. Send the right digit: curl -F label=7 …"),
    "request.no_label_query": "The label is missing. Send the right digit: /gradients?label=7",
    "request.no_weights": (
        "The form has no part named 'weights'. Send one: curl -F weights=@model.npz …"
    ),
    "request.none": "none",
    "request.not_json": "The body is not JSON: {error}.",
    "request.not_storable": (
        "A value holds what cannot be stored, such as a null character or half of one."
    ),
    "request.or": " or ",
    "request.range": "Range: expected parts of the file such as bytes=0-99, found {found}.",
    "request.range_beyond": "Range: the file has {size} bytes, found {found}.",
    "request.whole": "{name}: expected a whole number from 1 to {most:,}, found {found!r}.",
    "request.positive": "{name}: expected a number above 0, up to {most:g}, found {found!r}.",
    "request.send_json": "Send the body as JSON, with Content-Type: application/json.",
    "request.send_weights": (
        "Content-Type: expected {expected}, found {found}. "
        "Send the file so: curl -F weights=@model.npz -F name=…"
    ),
    # Mistakes of hand-written backpropagation: docs/mistakes.md
    "mistake.1.name": "no 1/m",
    "mistake.1.hint": (
        "The loss is a mean over the batch, so its gradient has a 1/m. Where does yours come in?"
    ),
    "mistake.1.evidence": (
        "Every gradient is m = {m} times too large, or only the part of P in it is."
    ),
    "mistake.2.name": "1/m twice, or a mean over more than the batch",
    "mistake.2.hint": "The 1/m belongs in one place, and it counts examples, not classes.",
    "mistake.2.evidence": (
        "Every gradient is off by a ratio of counts: of the examples, m = {m}, of m − 1, or of the "
        "classes, {k}."
    ),
    "mistake.3.name": "1/m for the weights only, or for the biases only",
    "mistake.3.hint": "Weights and biases share one delta. Put the 1/m there, and both have it.",
    "mistake.3.evidence": "The weights' gradients and the biases' differ by a factor of m = {m}.",
    "mistake.4.name": "1/m once more in the hidden layer, or not at all",
    "mistake.4.hint": "The hidden delta comes from the output's, which has its 1/m already.",
    "mistake.4.evidence": (
        "The output layer is right; the hidden layer is off by a factor of m = {m}."
    ),
    "mistake.5.name": "a factor 2, or 1/2",
    "mistake.5.hint": (
        "Cross-entropy has no square, so there is no 2 to come down and no 1/2 to cancel it."
    ),
    "mistake.5.evidence": "Every gradient is off by a factor of 2.",
    "mistake.6.name": "the sign: Y − P",
    "mistake.6.hint": (
        "A gradient points uphill. Which way round is the difference, and where is the minus of "
        "the step?"
    ),
    "mistake.6.evidence": "Every gradient has the right size and the opposite sign.",
    "mistake.7.name": "another logarithm",
    "mistake.7.hint": (
        "The derivative of log₁₀ or log₂ has a factor that the natural logarithm's has not."
    ),
    "mistake.7.evidence": (
        "Every gradient is off by ln 10 or ln 2, as with log₁₀ or log₂ in the loss."
    ),
    "mistake.8.name": "the step, or the new parameters, returned",
    "mistake.8.hint": "The gradient is asked for, before the learning rate and before the update.",
    "mistake.8.evidence": (
        "What came is the gradient with {value} as a learning rate in it, alone or taken off "
        "the parameters."
    ),
    "mistake.9.name": "gradients added to those of the call before",
    "mistake.9.hint": "Does anything survive from one call to the next? Set it to zero first.",
    "mistake.9.evidence": (
        "Every gradient is twice too large, as on a second call that adds to the first."
    ),
    "mistake.10.name": "clipped or normalised",
    "mistake.10.hint": (
        "Clipping is for the update. The gradient itself has whatever length it has."
    ),
    "mistake.10.evidence": "Lengths or largest numbers are limited to {value}.",
    "mistake.11.name": "σ′ once more at the output",
    "mistake.11.hint": (
        "With softmax and cross-entropy, the output's derivative has cancelled already."
    ),
    "mistake.11.evidence": "Your D2 is what P(1 − P) makes of the right kind of difference.",
    "mistake.12.name": "softmax's diagonal alone",
    "mistake.12.hint": "Each logit changes all probabilities, not just its own.",
    "mistake.12.evidence": "Your D2 is 0 everywhere but at the labels.",
    "mistake.13.name": "the sign off softmax's diagonal",
    "mistake.13.hint": "∂p_i/∂z_j for i ≠ j is negative: what one class gains, the others lose.",
    "mistake.13.evidence": (
        "The rows of your D2 do not sum to 0, and off the labels it is negative."
    ),
    "mistake.14.name": "no softmax in the way back",
    "mistake.14.hint": "∂L/∂p is only the first half: the chain rule goes on through softmax to z.",
    "mistake.14.evidence": (
        "Your D2 is 0 but at the labels, where it grows as the probability shrinks."
    ),
    "mistake.15.name": "the gradient of a squared loss",
    "mistake.15.hint": (
        "Which loss is it? A square through softmax gives another delta than cross-entropy."
    ),
    "mistake.15.evidence": "The rows of your D2 sum to 0, but it has softmax's slopes in it.",
    "mistake.16.name": "Y not taken off",
    "mistake.16.hint": "The delta compares the answer with the target.",
    "mistake.16.evidence": "Your D2 is positive everywhere, and each row sums to 1/m.",
    "mistake.17.name": "the chosen class for the probabilities",
    "mistake.17.hint": "Use the probabilities themselves. The argmax has no slope.",
    "mistake.17.evidence": "Your D2 times m has only −1, 0 and 1 in it.",
    "mistake.18.name": "softmax over the wrong axis",
    "mistake.18.hint": "Each example's probabilities sum to 1: along which axis is that?",
    "mistake.18.evidence": "The rows of your P do not sum to 1, but its columns do, or all of it.",
    "mistake.19.name": "softmax twice",
    "mistake.19.hint": "What is a probability already must not go through softmax again.",
    "mistake.19.evidence": "All of your P lies close to 1/k, as softmax of a softmax does.",
    "mistake.20.name": "sigmoids at the output",
    "mistake.20.hint": "The ten outputs compete: softmax, not ten sigmoids.",
    "mistake.20.evidence": "Your P is σ(Z2), and its rows do not sum to 1.",
    "mistake.21.name": "classes off by one",
    "mistake.21.hint": "Which column is which class? The first is 0.",
    "mistake.21.evidence": "Your targets are those of the neighbouring class.",
    "mistake.22.name": "rows of X and Y out of step",
    "mistake.22.hint": "Row i of Y must belong to row i of X, after any shuffling too.",
    "mistake.22.evidence": "Your targets are the right ones in another order.",
    "mistake.23.name": "a shape",
    "mistake.23.hint": "Write the shape beside every array, and see which two may be multiplied.",
    "mistake.23.evidence": (
        "A shape is not that of the parameter, or broadcasting has made one of something else."
    ),
    "mistake.24.name": "Z1 or ones where H belongs",
    "mistake.24.hint": "∂z/∂w is what the weight was multiplied with in the forward pass.",
    "mistake.24.evidence": "Your dW2 is no combination of the activations H.",
    "mistake.25.name": "no transpose, or reshape in place of it",
    "mistake.25.hint": (
        ".T changes rows into columns; reshape keeps the order of the numbers in memory, and a "
        "square matrix fits without either."
    ),
    "mistake.25.evidence": (
        "The shape is right, but the numbers of one matrix stand in the wrong order."
    ),
    "mistake.26.name": "biases summed over everything",
    "mistake.26.hint": "Each unit has a bias of its own: sum over the examples alone.",
    "mistake.26.evidence": "All numbers of a bias's gradient are the same.",
    "mistake.27.name": "a mean in place of the sum for the biases",
    "mistake.27.hint": "The delta has its 1/m already; over the examples it is only summed.",
    "mistake.27.evidence": "A bias's gradient is m = {m} times too small, the weights' are not.",
    "mistake.28.name": "no gradient for the biases",
    "mistake.28.hint": "A bias is a weight whose input is always 1.",
    "mistake.28.evidence": "A bias's gradient is 0.",
    "mistake.29.name": "one example only",
    "mistake.29.hint": (
        "The gradients of all examples add up: += rather than =, and outside the loop no return."
    ),
    "mistake.29.evidence": "A gradient is that of a single example.",
    "mistake.30.name": "σ′ forgotten",
    "mistake.30.hint": (
        "On its way through the sigmoid the delta is multiplied by the sigmoid's slope."
    ),
    "mistake.30.evidence": "Where it is missing, your slope is 1 everywhere.",
    "mistake.31.name": "σ′ taken at h",
    "mistake.31.hint": (
        "The slope belongs to z. Your σ′ was given σ(z), so the sigmoid is applied twice."
    ),
    "mistake.31.evidence": "Your slope lies between 0.20 and 0.25 for every unit.",
    "mistake.32.name": "the formula for h put to z",
    "mistake.32.hint": "h(1 − h) is a formula for h = σ(z). Of z itself it is something else.",
    "mistake.32.evidence": "Your slope is z(1 − z).",
    "mistake.33.name": "another slope than the sigmoid's",
    "mistake.33.hint": (
        "Which activation is it, and what is its derivative, written in terms of what you have "
        "at hand?"
    ),
    "mistake.33.evidence": "Your slope depends on h in another way than h(1 − h).",
    "mistake.34.name": "a mask or slope in the wrong place",
    "mistake.34.hint": "The slope is taken from the forward pass and multiplies what comes back.",
    "mistake.34.evidence": "Your D1 is masked by its own sign, or is the slope alone.",
    "mistake.35.name": "W2 updated before it was used",
    "mistake.35.hint": (
        "All gradients are of the same parameters: update after the whole backward pass."
    ),
    "mistake.35.evidence": "Your D1 went back through W2 − {value} dW2.",
    "mistake.36.name": "W2 left out, or its sign",
    "mistake.36.hint": "The delta goes back along the weights that it came by.",
    "mistake.36.evidence": "Your D1 did not go back through W2 itself.",
    "mistake.37.name": "pixels 0..255",
    "mistake.37.hint": "Scale the pixels once, before both passes.",
    "mistake.37.evidence": "There is a factor of 255 in the inputs of one pass or both.",
    "mistake.38.name": "a forward pass without its biases, or of another batch",
    "mistake.38.hint": (
        "The backward pass needs the values of the very forward pass that it differentiates."
    ),
    "mistake.38.evidence": "Your numbers follow from a forward pass that has other values.",
    "mistake.39.name": "weight decay added",
    "mistake.39.hint": "The gradient of the loss alone is asked for.",
    "mistake.39.evidence": "There are {value} times the parameters in your gradients.",
    "mistake.40.name": "numbers: whole ones, float16, clipped, or overflow",
    "mistake.40.hint": "Look at the dtype, at np.clip, and at what overflows.",
    "mistake.40.evidence": (
        "The numbers are those of a coarser type, are clipped, or are not finite."
    ),
    # Exercises
    "exercise.level": "there is no level {found}; choose 1 to {last}",
    "exercise.seed": "the seed must lie from 0 to 4,294,967,295, found {found}",
    "exercise.id": "{found!r} is no exercise; its id is LEVEL-SEED, such as 5-42",
    "exercise.of_another": (
        "This file is for exercise {found}, and was handed in for {expected}. Download the numbers "
        "of {expected}, or hand it in where it belongs."
    ),
    "exercise.convention": "{found!r} is no convention; say one of {allowed:, }",
    "exercise.names": "{found:, } is no gradient; the names are {allowed:, }",
    "exercise.ragged": "{name}: the rows have different lengths",
    "exercise.no_numbers": "{name}: expected an array of real numbers, found {found}",
    "exercise_kind.text": "text in it",
    "exercise_kind.null": "an empty place (null) in it",
    "exercise_kind.object": "an object in it",
    "exercise_kind.huge": "whole numbers in it that are too large, or no numbers",
    "exercise.missing": "{name} was not submitted.",
    "exercise.not_finite": "{name} has NaN or infinite numbers in it.",
    "exercise.follows": "Right, given your own numbers before it: the mistake lies earlier.",
    "exercise_shape.transposed": "{name}: found the shape {found}, which is {expected} transposed.",
    "exercise_shape.not_summed": (
        "{name}: found the shape {found}, expected {expected}: not summed over the examples."
    ),
    "exercise_shape.along_units": (
        "{name}: found the shape {found}, expected {expected}: summed along the units, not the "
        "examples."
    ),
    "exercise_shape.flat": (
        "{name}: found the shape {found}, expected {expected}: as many numbers, laid out otherwise."
    ),
    "exercise_shape.exchanged": (
        "{name}: found the shape {found}, expected {expected}: were {name} and {other} exchanged?"
    ),
    "exercise_shape.other": "{name}: found the shape {found}, expected {expected}.",
    "exercise_hint.dW2": "Your dW2 is built rightly from H, but the output's delta in it is wrong.",
    "exercise_hint.outside_H": (
        "Your dW2 is no product of the activations H with a delta: look at the forward pass, "
        "and at what multiplies the delta."
    ),
    "exercise_hint.db2": "db2 is the output's delta, summed over the examples.",
    "exercise_hint.dW1": (
        "Your dW1 is built rightly from X, but the hidden layer's delta in it does not follow "
        "from the output's."
    ),
    "exercise_hint.outside_X": (
        "Your dW1 is no product of the inputs X with a delta: look at what multiplies the delta."
    ),
    "exercise_hint.db1": "db1 is the hidden layer's delta, summed over the examples.",
    "exercise_hint.other_delta": (
        "Your dW2 is built rightly from H, but with another delta than your db2."
    ),
    "exercise_hint.other_hidden_delta": (
        "Your dW1 is built rightly from X, but with another delta than your db1."
    ),
    "exercise_seen.zero": "{name} is 0 everywhere.",
    "exercise_seen.exchanged": "These are the numbers of {other}, handed in as {name}.",
    "exercise_seen.transposed": "The numbers of {name} are right, but rows stand where columns do.",
    "exercise_seen.factor": "All numbers of {name} are off by one and the same factor.",
    "exercise_seen.ratio": "All numbers of {name} are off by one and the same factor, {ratio}.",
    "exercise_seen.nearly": (
        "{name} is nearly right: keep at least four digits at every step on the way."
    ),
    "exercise_seen.entries": "Only {places:, } are wrong in it.",
    "exercise_seen.entry": "Only {place} is wrong in it.",
    "exercise_seen.sign": "Only {place} is wrong in it: its sign.",
    "exercise_seen.point": "Only {place} is wrong in it: where its decimal point stands.",
    # `byhand check`
    "check.no_code": (
        "This server runs no code. Run byhand check FILE.py on your own machine, or send the "
        "gradients that it computes: np.savez('mine.npz', dW1=dW1, …)."
    ),
    "check.no_backprop": "the file defines no function backprop. {accepted}",
    "check.signature": "backprop takes ({found}). {accepted}",
    "check.returned": (
        "backprop returned {found}; expected a dict with dW1, db1, dW2 and db2, or these four in "
        "this order. {accepted}"
    ),
    "check.no_numbers": "{name}: expected an array of real numbers, found {found}",
    "check.accepted": (
        "byhand calls backprop(X, y, params): X (m, n), y the labels 0..k-1 as m numbers (one-hot "
        "(m, k) if you name it Y), params with W1 (n, h), b1 (h,), W2 (h, k), b2 (k,), as "
        "params['W1'] and params.W1; or backprop(X, y, W1, b1, W2, b2); each in any order of these "
        "names, and further parameters may have defaults. Or backprop(X, y, model, learning_rate), "
        "y one-hot, which updates model.w1 (n, h), b1 (1, h), w2, b2 in place."
    ),
    "check.given_plain": (
        "\nbyhand called backprop(X, y, params): X (m, n), y the labels 0..k-1 as m numbers "
        "(one-hot (m, k) if you name it Y), params['W1'] or params.W1 (n, h), b1 (h,), W2 (h, k), "
        "b2 (k,)."
    ),
    "check.given_apart": (
        "\nbyhand called backprop(X, y, W1, b1, W2, b2): X (m, n), y the labels 0..k-1 as m "
        "numbers (one-hot (m, k) if you name it Y), W1 (n, h), b1 (h,), W2 (h, k), b2 (k,)."
    ),
    "check.given_step": (
        "\nbyhand called backprop(X, y, model, learning_rate): X (m, n), y one-hot (m, k), "
        "model.w1 (n, h), model.b1 (1, h), model.w2 (h, k), model.b2 (1, k), and model.forward(X) "
        "keeps z1, a1 and a2 in the model."
    ),
    "check.given_folder": (
        "\nYour file runs in an empty folder of its own: open what lies beside it as "
        "Path(__file__).parent / 'name'."
    ),
    "check.given_refused": (
        "\nbyhand check lets your file change nothing outside of a folder of its own, and start no "
        "program or process, as multiprocessing does; threads are fine."
    ),
    "check.exited": "the file ended the process; backprop has to return its gradients",
    "check.raised": "the file failed: {error}{lines}{given}",
    "check.too_much": "the file wrote more than {most} MB, and was stopped",
    "check.too_long": "the file took more than {seconds} seconds, and was stopped",
    "check.died": "the process of the file ended without an answer (exit code {status})",
    "check.unreadable": "{path}: there is no such file",
    "check.wrong": "Not all gradients are right yet.",
    "check.right": "All gradients are right.",
    "verdict.right": "right",
    "verdict.right_given_yours": "right, given yours",
    "verdict.wrong": "wrong",
    "verdict.shape": "other shape",
    "verdict.missing": "missing",
    "check.mistake": "The mistake",
    "check.one_of": "One of these",
    "check.slope": "Your σ′ (●) over the right one (·), against h from 0 to 1; up to {most:.2g}",
    "check.printed": "The file printed:",
    "check.differs": (
        "differs from call to call: is something random in it, or kept from the call before?"
    ),
    "check.unknown": (
        "No mistake that is known here makes these numbers, alone or with a second one. Check the "
        "shapes and the first entry that is wrong by hand."
    ),
    "check.keeps": "A second call with the same batch gives other numbers than the first.",
    # Worksheets
    "worksheet.title": "A backward pass by hand",
    "worksheet.solution": "Solutions",
    "worksheet.name": "Name",
    "worksheet.date": "Date",
    "worksheet.loopback": (
        "The code on this sheet leads to {address}, which no phone reaches. For a class, open this "
        "page by the machine's name or address in its network. (This note is not printed.)"
    ),
    "worksheet.loopback_command": (
        "The code leads to {address}, which no phone reaches; give the machine's address in its "
        "network: --address http://192.168.0.10:8000"
    ),
    "worksheet.task": (
        "A network of 2 inputs, 2 hidden units and 2 classes sees one example. Rows are examples, "
        "classes count from 0. Work it with a pencil; four digits will do. (Level {level})"
    ),
    "worksheet.given": "Given",
    "worksheet.asked": "To be worked out",
    "worksheet.check": "Check your numbers, and be told what went wrong:",
    "worksheet.id": "Exercise {id}",
    "worksheet.written": "{path}: {count} of level {level}, seed {seed}. Print it from a browser.",
}
