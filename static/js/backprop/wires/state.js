/** How far the walk has come at a stage: which values are known, which wires carry something, and which way the last went. Pure. */

/**
 * `forward`: the last layer whose activations are known; `loss`: whether the loss is; `delta`, `gradient`: the first layer whose
 * errors, whose weights' gradients are known (depth + 1: none); `input`: whether ∂L/∂x is. `mode`: what the wires show;
 * `current` {layer, way}: the wires of this stage, "forward", "back" (the errors) or "gradient"; layer depth + 1 leads to the loss.
 */
export function stateAt(stages, index, depth) {
  const start = { forward: 0, loss: false, delta: depth + 1, gradient: depth + 1, input: false, mode: "product", current: null };
  return stages.slice(0, index + 1).reduce((state, stage) => ({ ...state, ...after(stage, depth) }), start);
}

function after({ kind, layer }, depth) {
  const at = (mode, way, where) => ({ mode, current: { layer: where, way } });
  switch (kind) {
    case "forward": return { forward: layer, ...at("product", "forward", layer) };
    case "output": return { forward: depth, ...at("product", "forward", depth) };
    case "loss": return { loss: true, ...at("product", "forward", depth + 1) };
    case "error": return { delta: depth, ...at("gradient", "back", depth + 1) };
    case "hidden": return { delta: layer, ...at("gradient", "back", layer + 1) };
    case "input": return { input: true, ...at("gradient", "back", 1) };
    case "jacobian": return { current: null };
    default: return { gradient: layer, ...at("gradient", "gradient", layer) }; // weights, first
  }
}

/** What a layer's wires show in this mode: on the way back of an error they carry it, weight × error. */
export function carried(mode, layer, { current }) {
  return mode === "gradient" && current?.way === "back" && current.layer === layer ? "back" : mode;
}

/** Whether a layer's wires have come to carry it. */
export function isLit(kind, layer, { forward, loss, delta, gradient }, depth) {
  if (kind === "weight" || kind === "back") return true;
  if (kind === "product") return layer > depth ? loss : layer <= forward;
  return layer > depth ? delta <= depth : layer >= gradient;
}
