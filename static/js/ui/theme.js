/** Light or dark: by the system until the reader chooses. Loaded before the page is painted; tells of changes by "themechange". */

const KEY = "byhand-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => document.documentElement.dataset.theme;

function apply() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // storage is forbidden: the system decides
  }
  document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
  document.dispatchEvent(new Event("themechange"));
}

function toggle() {
  const next = theme() === "dark" ? "light" : "dark";
  try {
    // What the system says anyway is not worth remembering: the page follows it again.
    if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // as above; the choice then lasts until the page is left
  }
  document.documentElement.dataset.theme = next;
  document.dispatchEvent(new Event("themechange"));
}

dark.addEventListener("change", apply);
document.querySelector("#theme")?.addEventListener("click", toggle);
apply();
