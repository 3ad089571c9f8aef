/** Sets the light or dark theme: the system's until the reader chooses. Loaded before the first paint; emits "themechange". */

const KEY = "byhand-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => document.documentElement.dataset.theme;

function apply() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // storage is blocked: the system's theme is used
  }
  document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
  document.dispatchEvent(new Event("themechange"));
}

function toggle() {
  const next = theme() === "dark" ? "light" : "dark";
  try {
    // A choice equal to the system's theme is not stored, so that the page follows the system again.
    if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // storage is blocked: the choice lasts until the page is left
  }
  document.documentElement.dataset.theme = next;
  document.dispatchEvent(new Event("themechange"));
}

dark.addEventListener("change", apply);
document.querySelector("#theme")?.addEventListener("click", toggle);
apply();
