/**
 * Everything that the main page says, in English; what is exported is JSON, which Python reads too.
 * index.html takes its sentences as {{part.name}}: they may hold a little HTML. Scripts take theirs as words.part.name, plain
 * text with {names} for what is filled in; where a number decides the form, {"one": …, "other": …} as Intl.PluralRules calls it.
 */
export default {
  "page": {
    "title": "byhand: draw a digit, see backpropagation at work",
    "description": "Draw a digit by hand; see backpropagation, derived by hand, explain it and learn it.",
    "skip": "Skip to the drawing pad",
    "parts": "Parts of this page",
    "draw": "Draw",
    "inside": "Look inside",
    "learn": "Backpropagation",
    "train": "Train",
    "derivation": "Derivation",
    "api": "API",
    "share": "Copy link",
    "theme": "Switch between light and dark",
    "linkCopied": "The link is copied: it shows another person what you see.",
    "copyAddress": "Copy the address of this page: it shows another person what you see.",
    "strip": "Your digit",
    "stripDraw": "Draw ↑",
    "footer": "byhand: one network, 784 – 128 – 10, NumPy alone, gradients derived by hand. Works without the internet. <a href='derivation'>The derivation</a> · <a href='docs'>The API</a>"
  },
  "numbers": {
    "notANumber": "not a number",
    "seconds": "{n} s",
    "minutes": "{n} min",
    "hours": "{n} h",
    "digits": ["a 0", "a 1", "a 2", "a 3", "a 4", "a 5", "a 6", "a 7", "an 8", "a 9"]
  },
  "pictures": {
    "read": "{label}. Arrow keys move from value to value.",
    "activation": "activation",
    "weight": "weight"
  },
  "charts": {
    "read": "{title}. Left and right arrows read the values.",
    "empty": "nothing measured yet"
  },
  "service": {
    "silent": "The server does not answer.",
    "brokenOff": "The server's answer broke off.",
    "status": "The server answered {status}.",
    "notZip": "This is no .npz file: the zip directory is missing.",
    "damagedZip": "The zip directory is damaged."
  },
  "draw": {
    "pad": "Your drawing",
    "canvas": "Drawing pad. Draw one digit, with a pointer or with the arrow keys: Space puts the pen down and lifts it.",
    "invitation": "Draw a digit, 0 to 9",
    "tools": "Drawing tools",
    "undo": "Undo",
    "undoKey": "Undo (Ctrl+Z)",
    "clear": "Clear",
    "clearKey": "Clear (Delete)",
    "pen": "Pen",
    "penKey": "Pen width ([ and ])",
    "penDown": "Pen down. Arrows draw.",
    "penUp": "Pen up.",
    "title": "A network small enough to see\u00a0through",
    "lead": "Draw a digit. 101,770 numbers, found by the backpropagation that is derived <a href='derivation'>by hand</a> on the next page, say which one it is. Everything on this page, every activation, every error, every gradient, is about <em>your</em> digit.",
    "noIdea": "No idea what to draw?",
    "samples": "Start from a digit that somebody else wrote, one of MNIST's test digits, which the network has never learned from.",
    "tryOne": "Try one",
    "tryHard": "Try a hard one",
    "file": "Or paste or drop a picture of a digit anywhere on this page, or <label class='link' for='image-file'>choose a file</label>.",
    "keys": "Keys",
    "keyList": "<kbd>Ctrl</kbd>+<kbd>Z</kbd> undo · <kbd>Ctrl</kbd>+<kbd>Y</kbd> redo · <kbd>Delete</kbd> clear · <kbd>[</kbd> <kbd>]</kbd> pen width · <kbd>T</kbd> try one · <kbd>0</kbd>–<kbd>9</kbd> say which digit it is. On the pad: arrows move, <kbd>Space</kbd> puts the pen down and lifts it."
  },
  "predict": {
    "digit": "The digit that was read",
    "input": "Your digit in 28 by 28 pixels, as it is sent",
    "inputPixels": "what it gets",
    "inputEdges": "28 × 28 pixels",
    "bars": "How likely is each digit?",
    "notYet": "Not sure yet …",
    "notSure": "Not sure what this is; the closest digit is {digit}.",
    "sure": "Reads as {aDigit}, {chance} sure.",
    "moreThan": "more than",
    "perhaps": "Perhaps {aDigit} ({chance}), not sure.",
    "perhapsOr": "Perhaps {aDigit} ({chance}), or {another} ({anotherChance}).",
    "wrong": "Wrong: MNIST says that this is {aDigit}.",
    "doubtful": "MNIST says that it is {aDigit}.",
    "right": "MNIST says {aDigit} too.",
    "tryingAgain": "{message} Trying again in {n} s; your drawing is kept."
  },
  "inside": {
    "title": "Look inside",
    "strokes": "Your strokes are drawn anew, small, with a pen that suits the digit's size, and their centre of mass is moved to the middle, as was done for MNIST; most networks set a slanted digit upright, too.",
    "pixels": "That makes 784 numbers.",
    "edges": "Then this network takes note of the edges only: where a stroke begins, and on which side. That makes 784 numbers.",
    "units": "Each hidden unit weighs all of them, adds up, and answers with one number; the ten outputs weigh those answers again. That is the whole machine.",
    "empty": "Draw a digit, or <button type='button' class='link' data-try>try one</button>, and this figure fills.",
    "edgesKey": "The input is eight pictures around your digit, each with the edges on one side of its strokes: on the left their left sides, where the ink begins to the right (→), above their upper sides, where it begins downwards (↓), and so on. The recipes Fast and Blog <a href='#train'>train</a> networks that see the plain pixels.",
    "inputs": "784 inputs",
    "inputsEdges": ": the edges",
    "outputsTen": "Ten outputs",
    "outputs": "10 outputs",
    "itsWeights": "its weights",
    "itsShare": "its share of each output",
    "sheet": "What every unit looks for: all their weights at a glance",
    "grown": "Nobody drew these: they grew out of random numbers, by gradient steps alone.",
    "sheetPixels": "Blue is where a unit wants ink, orange where it does not.",
    "sheetEdges": "Each lays out the eight sides of strokes as the input does. Blue is where a unit wants such an edge, orange where it does not.",
    "atRest": "Point at, tap or step through anything here: the rest is recoloured to show what it does.",
    "hiddenUnits": "{n} hidden units",
    "hiddenUnitsOf": "{n} hidden units, layer {layer}",
    "fromInput": {
      "pixels": "weight from this pixel to each unit",
      "edges": "weight from this edge to each unit"
    },
    "toOutput": "added to the {digit}: activation × weight",
    "toUnit": "added to this unit: activation × weight",
    "pushes": "{input} It pushes blue units up and orange units down.",
    "unit": "Hidden unit {unit}: z = {z}, activation {a}.",
    "output": "Output {digit}: z = {z}, probability {chance}. Blue units speak for {aDigit}, orange units against.",
    "unitTitle": "Hidden unit {unit}",
    "unitTitleStrongest": "Hidden unit {unit}, which speaks loudest for {aDigit}",
    "unitWeights": "The unit's weights",
    "unitProducts": "Weight times input",
    "products": "weight × input",
    "productsOf": {
      "pixels": "weights × your digit",
      "edges": "weights × the edges",
      "layer": "weights × layer before"
    },
    "pointAtWeights": "Point at a picture to read a single weight.",
    "everyUnitsWeights": "The weights of every hidden unit"
  },
  "features": {
    "names": { "pixels": "pixels", "edges": "edges" },
    "sides": ["left", "upper", "lower", "right", "upper left", "lower right", "lower left", "upper right"],
    "place": "rows {top}–{bottom}, columns {left}–{right}",
    "atEdge": "{side} sides ({arrow}), {place}: ",
    "pixel": "Pixel at row {row}, column {column}: ink {value}.",
    "edge": "Edge {arrow}, the {side} side of a stroke, at {place}: {value}.",
    "picture": {
      "pixels": "The 28 by 28 input",
      "edges": "The input: eight pictures around the digit, each with the edges on one side of its strokes"
    }
  },
  "backprop": {
    "title": "Backpropagation of your digit",
    "lead": "Say what the digit should be. The difference between that and the answer travels back through the network and tells every single weight which way to go, and how far. Walk through it stage by stage; every number is that of your digit.",
    "labels": "It is a",
    "empty": "Draw a digit, or <button type='button' class='link' data-try>try one</button>, and see how the network would learn from it.",
    "chips": "Stages, from the loss back to the input",
    "back": "← Back",
    "play": "Play",
    "pause": "Pause",
    "forward": "Step →",
    "pace": "Pace",
    "slow": "slow",
    "normal": "normal",
    "quick": "quick",
    "equation": "Equation ({n}) of the derivation",
    "label": "label",
    "nothingToLearn": "The network is sure that this is {aDigit}, so there is next to nothing to learn. Say that it is another digit, and watch the error travel.",
    "checking": "Checking against finite differences …",
    "agrees": "✓ Checked: {entries} derivatives measured by nudging weights by {epsilon}; largest relative difference {error}.",
    "differs": "✗ Differs: {entries} derivatives measured by nudging weights by {epsilon}; largest relative difference {error}.",
    "stages": {
      "loss": {
        "title": "How wrong is it?",
        "words": "The loss looks only at the probability that the network gives to the right digit. Sure and right costs nothing; sure and wrong costs a lot."
      },
      "error": {
        "title": "The error at the output",
        "words": "Softmax and the logarithm cancel neatly: the error of each output is its probability minus what it should have been, 1 for the label and 0 for the others. Orange outputs must rise, blue ones must fall."
      },
      "weights": {
        "last": "The weights into the outputs",
        "title": "The weights of layer {layer}",
        "words": "Each weight shares the blame by the activation it carried: a silent unit's weights stay as they are. A bias carries a constant 1, so its gradient is the error itself."
      },
      "hidden": {
        "title": "The error of the hidden units",
        "words": "The error travels back along the same weights that carried the answer forward, and is scaled by each unit's own slope: a saturated unit, near its limits, learns almost nothing."
      },
      "first": {
        "pixels": {
          "title": "The weights from the pixels",
          "words": "Every hidden unit gets a copy of the digit, scaled by its error: large those with the largest, small all of them. A step goes against the gradient, so orange copies are added and blue ones taken away."
        },
        "edges": {
          "title": "The weights from the edges",
          "words": "Every hidden unit gets a copy of the digit's edges, scaled by its error: large those with the largest, small all of them. A step goes against the gradient, so orange copies are added and blue ones taken away."
        }
      },
      "input": {
        "pixels": {
          "title": "Back to the pixels",
          "words": "One step further and the error reaches the drawing itself: ink on blue pixels raises the loss, ink on orange pixels lowers it. This is what the network would like you to draw."
        },
        "edges": {
          "title": "Back to the edges",
          "words": "One step further and the error reaches what the network sees of the drawing: an edge where it is blue raises the loss, an edge where it is orange lowers it. This is where the network would like your strokes to begin and to end."
        }
      }
    },
    "notTheLabel": "p{index} = {chance}: not the label, so it enters only by what it takes away from the {label}.",
    "weightsGradient": "Gradient of the weights: a row for each of {rows} units after, a column for each of {columns} before",
    "weightGradient": "gradient of the weight",
    "hiddenErrors": "Errors of the {n} hidden units",
    "unitError": "error δ of the unit",
    "slope": "slope",
    "inputGradient": "Gradient of the input",
    "inputGradientOf": {
      "pixels": "change of the loss with this pixel's ink",
      "edges": "change of the loss with this edge"
    },
    "inputValue": {
      "pixels": "{equation}, where the ink is {value}",
      "edges": "{equation}, where the edge is {value}"
    },
    "everyUnitsGradients": "The gradients of every hidden unit's weights",
    "oneUnitsGradient": "Gradient of one hidden unit's weights",
    "allUnits": "all {units} units, {weights} weights:",
    "unit": "unit {unit}"
  },
  "step": {
    "title": "Take a step downhill",
    "lead": "Every weight moves against its gradient, α times as far (<a href='derivation#eq-8'>equation 8</a>). Over a short step the loss should fall by α‖g‖², the slope's promise. Press again to go on from there. The network that reads your digits stays as it is.",
    "rate": "Learning rate",
    "take": "Take one step",
    "another": "Take another step",
    "undo": "Undo",
    "restart": "Back to the start",
    "lossBefore": "loss before",
    "lossAfter": "loss after",
    "promisedFall": "promised fall",
    "realFall": "real fall",
    "moved": "weights moved by",
    "takeToSee": "take the step to see",
    "chart": "Loss after the step, for each learning rate: promised and real",
    "chartRate": "learning rate α",
    "chartLoss": "loss after the step",
    "promised": "promised by the slope",
    "real": "real",
    "before": "before",
    "after": "after",
    "probabilitiesBefore": "Probabilities before the step",
    "probabilitiesAfter": "Probabilities after the step",
    "trail": {
      "one": "After {n} step the loss went {losses}.",
      "other": "After {n} steps the loss went {losses}."
    },
    "movedIn": "{share}\u00a0%\u00a0in\u00a0{layer}",
    "change": "The {label} went from {before} to {after}.",
    "burst": "The step was so long that the numbers burst. Undo it and take a smaller α.",
    "rose": "{change} The loss rose: the step was too long and jumped over the valley. Undo it and take a smaller α.",
    "less": "{change} Far less than the slope promised: the ground curves. A smaller α keeps closer to the promise.",
    "held": "{change} The slope's promise held: over so short a step the ground is nearly straight."
  },
  "train": {
    "title": "Train a network yourself",
    "lead": "The same step, taken for many digits at a time, tens of thousands of times. Start a run, watch its curves, start another with one setting changed, and compare.",
    "key": "API key",
    "useKey": "Use this key",
    "cancelKey": "Cancel",
    "newRun": "New run",
    "recipe": "Recipe",
    "presets": {
      "fast": { "title": "Fast", "words": "98\u00a0% of the test digits in seconds. Start here." },
      "blog": {
        "title": "Blog",
        "words": "The text's own recipe: plain gradient descent, small steps. It learns slowly: about 88\u00a0%."
      },
      "best": {
        "title": "Best",
        "words": "The recipe of the bundled weights: distorted digits, edges instead of pixels, many epochs, several minutes."
      }
    },
    "name": "Name",
    "namePlaceholder": "my run",
    "more": "More settings",
    "preset": "preset",
    "fromPreset": "{value} (preset)",
    "all": "all",
    "yes": "yes",
    "no": "no",
    "startFrom": "Start from",
    "startFromWords": "Go on from a model's weights instead of from random ones.",
    "randomWeights": "random weights",
    "activate": "Use the new network on this page when it is done",
    "start": "Train",
    "tryingAgain": "{message} Trying again."
  },
  "runs": {
    "title": "Runs",
    "empty": "No run yet. Press Train: the first curve appears within seconds.",
    "hint": "Tick a run to draw it. Point at a curve, tap it or use the arrow keys to read its values.",
    "started": "The run has started.",
    "over": "The run {name} is over: {state}.",
    "overTested": "The run {name} is over: {state}. It reads {accuracy} of the test digits.",
    "newNetwork": "The new network",
    "states": {
      "queued": "waiting",
      "running": "training",
      "succeeded": "done",
      "failed": "failed",
      "cancelled": "cancelled",
      "stopping": "stopping"
    },
    "ended": { "succeeded": "succeeded", "failed": "failed", "cancelled": "cancelled" },
    "unnamed": "{preset} run",
    "cancel": "Cancel",
    "use": "Use it",
    "inUse": "In use",
    "download": "Download",
    "progress": "Progress of {name}",
    "waiting": "Waiting for its turn.",
    "failedSilently": "It failed without saying why.",
    "reached": "validation {accuracy}, loss {loss}",
    "epoch": "Epoch {epoch} of {epochs}",
    "epochLeft": "Epoch {epoch} of {epochs}, about {left} left",
    "test": "test {accuracy}",
    "stopped": "Stopped after {n} of {epochs} epochs",
    "epochs": { "one": "{n} epoch", "other": "{n} epochs" },
    "lossChart": "Loss",
    "accuracyChart": "Accuracy on validation digits",
    "normsChart": "Size of the gradient",
    "saturationChart": "Saturated hidden units",
    "epochAxis": "epoch",
    "lossAxis": "cross-entropy, nats",
    "accuracyAxis": "right, %",
    "normsAxis": "norm, by layer",
    "saturationAxis": "share, %",
    "validation": "{name}: validation",
    "training": "training",
    "layer": "layer {layer}",
    "hiddenLayer": "hidden layer {layer}",
    "deadLayer": "dead for good, layer {layer}",
    "ofRun": "{name}, {line}",
    "compared": "Compared",
    "comparedHint": "A click on a heading sorts. Settings that all runs share are left out.",
    "table": "Runs compared",
    "random": "random",
    "values": { "constant": "constant", "cosine": "cosine", "scaled": "scaled", "blog": "blog", "none": "none", "affine": "affine", "full": "full" },
    "columns": {
      "run": "Run",
      "test": "Test",
      "validation": "Validation",
      "epochs": "Epochs",
      "time": "Time",
      "learning_rate": "α",
      "batch_size": "Batch",
      "momentum": "Momentum",
      "weight_decay": "Decay",
      "schedule": "Schedule",
      "hidden_layers": "Hidden",
      "activation": "Activation",
      "initialization": "First weights",
      "augment": "Distortions",
      "deskew": "Straighten",
      "features": "Features",
      "train_examples": "Digits",
      "seed": "Seed",
      "base_model": "Start from"
    }
  },
  "models": {
    "title": "Networks",
    "table": "Stored networks",
    "name": "Name",
    "layers": "Layers",
    "activation": "Activation",
    "sees": "Sees",
    "test": "Test",
    "testBefore": "test",
    "actions": "What to do",
    "upload": "Upload a network (.npz)",
    "inUse": "in use",
    "shownHere": "shown here",
    "use": "Use it",
    "leave": "Leave",
    "look": "Try here",
    "mistakes": "Mistakes",
    "download": "Download",
    "delete": "Delete",
    "actionOn": "{action}: {name}",
    "sending": "Sending {file} …",
    "activated": "This network now reads every digit.",
    "confirmDelete": "Delete the network {name}? Its weights are gone for good.",
    "deleted": "{name} is deleted.",
    "stored": "{name} is stored."
  },
  "mistakes": {
    "title": "Mistakes",
    "confusion": "Confusion matrix",
    "hint": "Choose a digit to put it on the pad.",
    "backToAll": "Back to all mistakes",
    "more": "Show more",
    "caption": "Rows: what the digit is. Columns: what was read. Off the diagonal are mistakes: choose a number to see them.",
    "corner": "is \\ read",
    "trying": "Trying {name} on the test digits …",
    "result": "{name} reads {right} of {examples} test digits right: {accuracy}. Its mean loss is {loss}.",
    "all": { "one": "All mistakes: {n} digit", "other": "All mistakes: {n} digits" },
    "wronglyRead": { "one": "Wrongly read as {digit}: {n} digit", "other": "Wrongly read as {digit}: {n} digits" },
    "misread": { "one": "{label} misread: {n} digit", "other": "{label} misread: {n} digits" },
    "readRight": { "one": "{label} read right: {n} digit", "other": "{label} read right: {n} digits" },
    "readAs": { "one": "{label} read as {digit}: {n} digit", "other": "{label} read as {digit}: {n} digits" },
    "worstOf": "{pick}, the worst {n}",
    "worstFirst": "{pick}, the worst first",
    "leastSureOf": "{pick}, the least sure {n}",
    "leastSureFirst": "{pick}, the least sure first",
    "one": "{label} read as {digit}, {chance}",
    "oneRight": "{label}, {chance}",
    "putOnPad": "Put it on the pad"
  }
};
