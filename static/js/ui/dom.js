/** Building and finding elements; nothing here knows what the page is about. */

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

/** Set text only when it changed: live regions speak on each write. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Where a control that has the keyboard is about to go away or be switched off, another takes over. */
export function handOn(from, to) {
  if (document.activeElement === from) to?.focus({ preventScroll: true });
}

/** A function that does `work` in the next frame, once however often it is called. */
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

/** How many CSS pixels make a pixel at the usual text size of 16: charts grow with the text, up to a projector's. */
export const textUnit = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** Calls `seen` with true or false as the element comes near the window and leaves it. */
export function whenNear(node, seen, margin = "200px") {
  new IntersectionObserver((entries) => seen(entries.at(-1).isIntersecting), {
    rootMargin: margin,
  }).observe(node);
}
