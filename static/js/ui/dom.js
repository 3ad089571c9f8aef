/** Helpers to build and find elements, independent of the page's subject. */

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** `element("a", {href: "/", class: "quiet", onclick: f}, "text", node)`; null attributes and children are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat());
  return node;
}

/** Set text only if it changed, as screen readers announce each write to a live region. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const RAISED = /\^(\[\d+\])/;

/** `say` for text with layers in it, "δ^[2]₇", whose ^[2] is raised, as in the text that the page follows. */
export function sayRaised(node, text) {
  if (node.dataset.said === text) return;
  node.dataset.said = text;
  node.replaceChildren(...text.split(RAISED).map((part, index) => (index % 2 ? element("sup", {}, part) : part)));
}

/** Move the focus from a control that is about to be removed or disabled to another. */
export function handOn(from, to) {
  if (document.activeElement === from) to?.focus({ preventScroll: true });
}

/** A function that runs `work` in the next animation frame, once, however often it is called. */
export function onceAFrame(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      work();
    });
  };
}

/** The page's text size divided by the usual 16 pixels: charts are scaled by it, so that they grow with the text. */
export const textUnit = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** Calls `seen(true)` when the element comes near the window and `seen(false)` when it leaves. */
export function whenNear(node, seen, margin = "200px") {
  new IntersectionObserver((entries) => seen(entries.at(-1).isIntersecting), {
    rootMargin: margin,
  }).observe(node);
}
