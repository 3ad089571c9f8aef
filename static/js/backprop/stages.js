/** The backward pass as a list of stages, each with its words, its equation and that one's number in the derivation. Pure. */

import * as equations from "./equations.js";

/** `depth`: the number of weight layers; `about`: the words about the input. Stages run from the loss back to the input. */
export function stages(depth, about) {
  const list = [
    {
      id: "loss",
      kind: "loss",
      short: ["L"],
      title: "How wrong is it?",
      words: "The loss looks only at the probability that the network gives to the right digit. Sure and right costs nothing; sure and wrong costs a lot.",
      equation: equations.loss(),
      derived: 3,
    },
    {
      id: `delta${depth}`,
      kind: "error",
      short: ["δ", depth],
      title: "The error at the output",
      words: "Softmax and the logarithm cancel neatly: the error of each output is its probability minus what it should have been, 1 for the label and 0 for the others. Orange outputs must rise, blue ones must fall.",
      equation: equations.outputError(depth),
      derived: 4,
    },
  ];
  for (let layer = depth; layer >= 1; layer -= 1) {
    list.push(layer === 1 ? firstWeights(depth, about) : weights(layer, depth));
    if (layer > 1) list.push(hidden(layer - 1));
  }
  list.push({
    id: "input",
    kind: "input",
    short: ["∂L/∂x"],
    ...about.input,
    equation: equations.inputGradient(),
    derived: 7,
  });
  return list;
}

const weights = (layer, depth) => ({
  id: `dW${layer}`,
  kind: "weights",
  layer,
  short: ["dW", layer],
  title: layer === depth ? "The weights into the outputs" : `The weights of layer ${layer}`,
  words: "Each weight shares the blame by the activation it carried: a silent unit's weights stay as they are. A bias carries a constant 1, so its gradient is the error itself.",
  equation: equations.weightGradient(layer, depth),
  derived: 6,
});

const hidden = (layer) => ({
  id: `delta${layer}`,
  kind: "hidden",
  layer,
  short: ["δ", layer],
  title: "The error of the hidden units",
  words: "The error travels back along the same weights that carried the answer forward, and is scaled by each unit's own slope: a saturated unit, near its limits, learns almost nothing.",
  equation: equations.hiddenError(layer, layer + 1),
  derived: 5,
});

const firstWeights = (depth, about) => ({
  id: "dW1",
  kind: "first",
  layer: 1,
  short: ["dW", 1],
  ...about.first,
  equation: equations.weightGradient(1, depth),
  derived: 6,
});
