/** The list of stages of the backward pass, each with its words, its equation and the equation's number in the derivation. Pure. */

import * as equations from "./equations.js";
import { fill, words } from "../ui/words.js";

const said = words.backprop.stages;

/** The stages from the loss back to the input. `depth`: the number of weight layers; `features`: "pixels" or "edges", the inputs. */
export function stages(depth, features) {
  const list = [
    {
      id: "loss",
      kind: "loss",
      short: ["L"],
      ...said.loss,
      equation: equations.loss(),
      derived: 5,
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
    if (layer > 1) list.push(hidden(layer - 1));
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

const weights = (layer, depth) => ({
  id: `dW${layer}`,
  kind: "weights",
  layer,
  short: ["dW", layer],
  title: layer === depth ? said.weights.last : fill(said.weights.title, { layer }),
  words: said.weights.words,
  equation: equations.weightGradient(layer, depth),
  derived: layer === depth ? 12 : 17,
});

const hidden = (layer) => ({
  id: `delta${layer}`,
  kind: "hidden",
  layer,
  short: ["δ", layer],
  ...said.hidden,
  equation: equations.hiddenError(layer),
  derived: 15,
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
