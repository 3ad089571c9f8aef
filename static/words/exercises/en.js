/**
 * What the page of exercises says, in English as the page that it stands on; what is exported is JSON.
 * Scripts take their sentences as said.name, with {names} for what is filled in.
 */
export default {
  "levels": [
    { "title": "One delta", "task": "One example, two classes. Everything up to ŷ is given. What is δ of the output layer? For one example it is the gradient of the output biases, db2." },
    { "title": "A layer's gradients", "task": "The same kind of network. Now the gradients of the output weights too: dW2 and db2." },
    { "title": "Through the hidden layer", "task": "All four gradients of a 2-2-2 network: the delta goes back through W2 and σ′." },
    { "title": "A batch of three", "task": "Three examples at once: the loss is their mean. Rows are examples. By hand it is long; a few lines of code are shorter." },
    { "title": "Without a pencil", "task": "Seven examples and a network of 13-9-5. The forward pass is given still." },
    { "title": "Your own softmax", "task": "The same size; ŷ is yours to compute." },
    { "title": "Your own output layer", "task": "A network of 14-11-6: from the activations on it is yours." },
    { "title": "Your own sigmoid", "task": "Only the first logits are given." },
    { "title": "All of it", "task": "Fourteen examples, 26-17-12, and nothing given away." },
    { "title": "The network of the derivation", "task": "784-128-10, with 64 digits of MNIST. What is right here is right." }
  ],
  "level": "Level {level}: {title}",
  "state": { "right": "right", "tried": "tried", "open": "not tried yet" },
  "sizes": "{inputs} inputs, {hidden} hidden units, {classes} classes; m = {examples}. Rows are examples, classes count from 0. Exercise {id}.",
  "names": {
    "X": "the inputs X", "y": "the labels y", "W1": "weights W1", "b1": "biases b1", "W2": "weights W2", "b2": "biases b2",
    "Z1": "Z1 = X W1 + b1", "H": "H = σ(Z1)", "Z2": "Z2 = H W2 + b2", "P": "P = softmax(Z2)",
    "D2": "D2 = ?", "dW2": "dW2 = ?", "db2": "db2 = ?", "D1": "D1 = ?", "dW1": "dW1 = ?", "db1": "db1 = ?"
  },
  "steps": { "given": "given", "yours": "yours", "asked": "asked for" },
  "entry": "{array}, row {row}, column {column}",
  "entryOfBias": "{array}, entry {column}",
  "code": "import numpy as np\n\ntask = np.load(\"exercise-{id}.npz\")\nX, y = task[\"X\"], task[\"y\"]          # {shapeX}, labels as numbers\nW1, b1, W2, b2 = (task[n] for n in (\"W1\", \"b1\", \"W2\", \"b2\"))\n\n# … your backward pass …\n\nnp.savez(\"mine.npz\", exercise=task[\"exercise\"], dW1=dW1, db1=db1, dW2=dW2, db2=db2)\n",
  "copied": "Copied.",
  "checking": "Looking …",
  "notANumber": "This is no number.",
  "nothing": "Enter at least one number, or choose a file.",
  "partly": "{array}: fill in all of its entries, or none.",
  "right": "Right. All that was asked for is right.",
  "wrong": "Not yet. What is right stays right; look at the first that is wrong.",
  "verdict": { "right": "right", "right_given_yours": "right, given yours", "wrong": "wrong", "shape": "another shape", "missing": "missing" },
  "error": "relative error {error}",
  "moreHint": "A hint",
  "moreName": "Which mistake is it?",
  "oneOf": "It is one of these; their numbers are the same:",
  "unknown": "No mistake that is known here gives just these numbers. The verdicts above tell where to look.",
  "mistake": "{number}. {name}",
  "portrait": "Your σ′ (dots), recovered from what you submitted, over the right one, h (1 − h): from {least} to {most} where the right one goes from 0 to 0.25.",
  "slopeAxis": "σ′",
  "activationAxis": "activation h",
  "exported": "byhand-exercises.json",
  "imported": "Progress taken over.",
  "notImported": "This file holds no progress of these exercises.",
  "cleared": "Progress cleared.",
  "bug": {
    "start": "Somebody derived the gradients of this {layers} network, and made one mistake. Choose a gradient and an entry; a finite difference tells what it should be. You have {left} of them.",
    "bought": "{array}[{place}]: theirs {theirs}, finite difference {right}. {says}",
    "same": "They agree.",
    "ratio": "Theirs is {ratio} times as large.",
    "zero": "One of them is 0.",
    "none": "No finite difference is left: name the mistake.",
    "guessRight": "Yes: {name}. {evidence} You used {used} of {budget} finite differences.",
    "guessWrong": "No, that would give other numbers.",
    "choose": "Choose a mistake first.",
    "gaveUp": "It was: {name}. {evidence}",
    "entryTitle": "{array} as they got it"
  }
};
