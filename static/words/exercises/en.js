/**
 * What the exercises say, in English as the page that they stand on; what is exported is JSON.
 * Scripts take their sentences as said.part.name, with {names} for what is filled in.
 */
export default {
  "levels": {
    "1": { "title": "One delta, by pencil", "about": "A network of two inputs, two hidden units and two classes has answered one example. How does the loss change with the output’s biases? That is the output’s delta, and everything else is built on it." },
    "2": { "title": "The output layer", "about": "The same small network with other numbers. The delta again, and now the gradient of the weights W2 that lie before it: four numbers, each a product of two." },
    "3": { "title": "Back through σ", "about": "Go on to the hidden layer: the delta goes back along the weights that it came by, and through the slope of σ. Then you have done all of backpropagation once, by hand." },
    "4": { "title": "A batch of three", "about": "Three examples at once, so that a delta has three rows and the loss is their mean. You may still do it by pencil, with patience; a few lines of NumPy are quicker." },
    "5": { "title": "From the logits", "about": "From here on you write code. The forward pass is given up to the logits Z2, and softmax is yours now; then write the backward pass and hand in its four arrays as a file." },
    "6": { "title": "From the hidden units", "about": "Given are the sums Z1 and the activations H of the hidden layer. The sums of the second layer are yours, too." },
    "7": { "title": "From the first sums", "about": "Only Z1 is given of the forward pass, so that you can see whether the first product is right. From σ on all is yours." },
    "8": { "title": "From the targets", "about": "Both passes are yours. Only the labels are turned into one-hot rows for you." },
    "9": { "title": "Nothing is given", "about": "Both passes over fourteen examples of a network with twelve classes, from the labels as whole numbers. Only the numbers that it starts from are given." },
    "10": { "title": "The real one", "about": "784 pixels, 128 hidden units, ten digits: the network of the derivation and a batch of 64 digits from MNIST, without a start in NumPy. What is right here is right in training." }
  },
  "list": {
    "right": "right",
    "tried": "tried",
    "open": "open",
    "batchOfOne": "one example",
    "batch": "{n} examples"
  },
  "task": {
    "title": "{level}. {title}",
    "id": "Exercise {id}",
    "another": "Another one",
    "given": "Given",
    "steps": "The way there",
    "yours": "Your gradients",
    "loading": "The numbers are on their way …",
    "retry": "Try again",
    "network": "A network of {inputs} inputs, {hidden} hidden units and {classes} classes, each layer fully connected with the next.",
    "inputs": "{n} inputs",
    "hidden": "{n} hidden",
    "classes": "{n} classes",
    "label": "The right class of the example is {label}, counted from 0.",
    "labels": "The right classes of the examples, counted from 0.",
    "entries": "{name}, {shape}",
    "unknown": "The address asks for {unknown}, which there is not: levels go from 1 to 10, seeds are whole numbers below 2³². This is exercise {id}.",
    "download": "Download exercise-{id}.npz",
    "inFile": "The file holds W1, b1, W2, b2, X and y in double precision. y are the classes as whole numbers; every array has one example in each row.",
    "template": "A start in NumPy",
    "inNumpy": "The same numbers for NumPy",
    "copy": "Copy",
    "copied": "Copied"
  },
  "steps": {
    "equation": "equation {number}",
    "left": "yours to work out",
    "asked": "asked for below",
    "numbers": "The numbers"
  },
  "answer": {
    "about": "Four digits will do. A comma or a point, either is read, and 1/3 too; a table that you paste fills the fields. What you leave empty is not handed in.",
    "field": "{name}, row {row}, column {column}",
    "fieldOfVector": "{name}, number {column}",
    "gap": "This one is empty. Fill in all of {name}, or leave all of it empty.",
    "unreadable": "“{text}” is no number. Write it like −0.25, 1.2e-3 or 1/3.",
    "pasted": "What you pasted is {found}. That does not fit into {name}, {shape}, from this field on, so nothing is filled in.",
    "transposed": "What you pasted is {found}, and {name} is {shape}: transposed? Nothing is filled in.",
    "ragged": "The rows of what you pasted have different lengths, so nothing is filled in. {name} is {shape}.",
    "nothing": "There is nothing to check yet: fill in the numbers, or choose a file.",
    "convention": "The loss of the batch is",
    "mean": "the mean of its examples",
    "sum": "their sum",
    "check": "Check",
    "checking": "Checking …",
    "file": "Choose a file ({takes})",
    "orFile": "Or hand in a file, as NumPy’s savez makes it:",
    "onlyFile": "Hand in a file, as NumPy’s savez makes it:",
    "ownMachine": "Or have a file of code checked on your own machine, with backprop(X, y, params) in it:"
  },
  "result": {
    "right": "All of it is right.",
    "none": "Not right yet.",
    "some": { "one": "Not yet: {right} of {all} is right.", "other": "Not yet: {right} of {all} are right." },
    "missing": "What you handed in is right. Still missing: {names}.",
    "old": "You have changed something since. This is about what you handed in before: check again.",
    "file": "{name}: ",
    "next": "On to exercise {level}",
    "off": "off by up to {error} times the largest entry",
    "close": "off by no more than {error} times the largest entry",
    "exact": "to the last digit",
    "verdicts": {
      "right": "right",
      "right_given_yours": "follows rightly from your own numbers",
      "wrong": "wrong",
      "shape": "wrong shape",
      "missing": "not handed in"
    },
    "praise": "Well done so far: given the numbers that you had, this step is right. Mend what comes before it, and it will be right by itself.",
    "more": "Tell me more",
    "most": "Name the mistake",
    "hints": "What to look for",
    "hintsOf": "What to look for, one of these",
    "name": "The mistake",
    "names": "One of these explains all your numbers",
    "together": "together with",
    "unknown": "No mistake that is known here makes these numbers, alone or with a second one. Check the shapes and the first entry that is wrong by hand."
  },
  "portrait": {
    "title": "Your σ′, recovered from your gradients",
    "about": "What you handed in tells which slope you multiplied with. Each dot is one hidden unit for one example.",
    "x": "h",
    "y": "σ′",
    "own": "yours",
    "right": "h(1 − h)",
    "agrees": "Your slope lies on the sigmoid’s, h(1 − h), wherever it can be told.",
    "flat": "Your slope is {own} for every h. The sigmoid’s, h(1 − h), goes from {rightLow} to {rightHigh} there.",
    "differs": "For h from {low} to {high} your slope goes from {ownLow} to {ownHigh}. The sigmoid’s, h(1 − h), goes from {rightLow} to {rightHigh} there."
  },
  "bug": {
    "id": "Bug {id}",
    "another": "Another bug",
    "loading": "A mistake is being planted …",
    "entry": "{name}: {value}",
    "planted": "Gradient {array}, {shape}. Arrow keys move, Enter measures.",
    "download": "Download {id} with its gradients",
    "left": { "one": "{n} central difference left", "other": "{n} central differences left" },
    "start": "Choose an entry to measure its central difference.",
    "agrees": "{name}: the program says {planted}, the central difference {measured}. They agree.",
    "differs": "{name}: the program says {planted}, the central difference {measured}. They differ: {ratio}.",
    "ratio": "the program’s is {ratio} times the measured one",
    "noRatio": "the measured one is 0",
    "spent": "All central differences are used. What do they say?",
    "guess": "Which mistake is it?",
    "judge": "Is it this?",
    "pickFirst": "Choose a mistake from the list first.",
    "wrong": { "one": "No, that one would make other numbers. {n} wrong name so far.", "other": "No, that one would make other numbers. {n} wrong names so far." },
    "found": "Found: {name}. You used {differences} of {budget} central differences and {wrong}.",
    "wrongNames": { "one": "{n} wrong name", "other": "{n} wrong names" },
    "where": "It shows in {wrong}; {right} came out right.",
    "everywhere": "It shows in {wrong}.",
    "several": "These numbers could as well come of: {names}.",
    "score": { "one": "Bugs found: {found}. Best: with {fewest} central difference or wrong name.", "other": "Bugs found: {found}. Best: with {fewest} central differences and wrong names together." }
  },
  "mistakes": {
    "choose": "Choose a mistake",
    "toTrain": "The mistake",
    "train": "Train with this mistake",
    "groups": {
      "1": "Factors and signs",
      "11": "The output’s delta",
      "23": "Shapes and sums",
      "30": "The way back and σ′",
      "37": "Numbers and what else is added"
    }
  },
  "progress": {
    "none": "Nothing is checked yet. What you get right is noted here.",
    "some": { "one": "{right} of {all} exercises is right.", "other": "{right} of {all} exercises are right." },
    "notKept": "This browser keeps nothing, so your progress lasts as long as this page is open. Export it to keep it.",
    "file": "byhand-exercises.json",
    "imported": { "one": "Imported: {right} of {all} exercises is right.", "other": "Imported: {right} of {all} exercises are right." },
    "noProgress": "That file holds no progress of these exercises. Choose one that was exported here.",
    "cleared": "Your progress is cleared.",
    "sure": "Press again to clear everything"
  },
  "code": {
    "open": [
      "import numpy as np",
      "",
      "given = np.load(\"exercise-{id}.npz\")",
      "W1, b1, W2, b2, X, y = (given[name] for name in (\"W1\", \"b1\", \"W2\", \"b2\", \"X\", \"y\"))",
      "m = len(X)"
    ],
    "targets": ["Y = np.eye(len(b2))[y.astype(int)]  # one-hot targets"],
    "close": [
      "",
      "# Your passes: they end with {gradients}.",
      "",
      "np.savez(\"mine.npz\", exercise=given[\"exercise\"], {saved})"
    ],
    "check": "byhand check mine.py --level {level} --seed {seed}",
    "summed": "--convention sum"
  }
}
