/** The list of stages, forward and back again, each with its words, its equation and the equation's number in the derivation. Pure. */

import * as equations from "./equations.js";
import { fill, words } from "../ui/words.js";

const said = words.backprop.stages;

/** The stages from the input to the loss and back. `depth`: the number of weight layers; `features`: "pixels" or "edges", the inputs. */
export function stages(depth, features) {
  const list = [
    ...Array.from({ length: depth - 1 }, (_, at) => hiddenForward(at + 1, depth)),
    {
      id: `forward${depth}`,
      kind: "output",
      short: ["ŷ"],
      ...said.output,
      equation: equations.probabilities(depth),
      derived: 4,
    },
    {
      id: "loss",
      kind: "loss",
      short: ["L"],
      ...said.loss,
      equation: equations.loss(),
      derived: 5,
    },
    {
      id: "jacobian",
      kind: "jacobian",
      short: ["∂ŷ/∂z"],
      ...said.jacobian,
      equation: equations.jacobian(depth),
      derived: 10,
    },
    {
      id: `delta${depth}`,
      kind: "error",
      short: ["δ", depth],
      ...said.error,
      equation: equations.outputError(depth),
      derived: 13,
    },
  ];
  for (let layer = depth; layer >= 1; layer -= 1) {
    list.push(layer === 1 ? firstWeights(depth, features) : weights(layer, depth));
    if (layer > 1) list.push(hidden(layer - 1, depth));
  }
  list.push({
    id: "input",
    kind: "input",
    short: ["∂L/∂x"],
    ...said.input[features],
    equation: equations.inputGradient(),
    derived: 17,
  });
  return list;
}

const hiddenForward = (layer, depth) => ({
  id: `forward${layer}`,
  kind: "forward",
  layer,
  short: depth === 2 ? ["h"] : ["h", layer],
  ...said.forward,
  equation: equations.hiddenOutput(layer, depth),
  derived: depth === 2 ? 2 : 17,
});

const weights = (layer, depth) => ({
  id: `dW${layer}`,
  kind: "weights",
  layer,
  short: ["dW", layer],
  title: layer === depth ? said.weights.last : fill(said.weights.title, { layer }),
  words: said.weights.words,
  equation: equations.weightGradient(layer, depth),
  derived: layer === depth ? 12 : 16,
});

const hidden = (layer, depth) => ({
  id: `delta${layer}`,
  kind: "hidden",
  layer,
  short: ["δ", layer],
  ...said.hidden,
  equation: equations.hiddenError(layer),
  derived: depth === 2 ? 15 : 17,
});

const firstWeights = (depth, features) => ({
  id: "dW1",
  kind: "first",
  layer: 1,
  short: ["dW", 1],
  ...said.first[features],
  equation: equations.weightGradient(1, depth),
  derived: 16,
});
