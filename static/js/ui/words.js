/** The page's sentences in its language, which <html lang> names. The service has put them into the page, so none has to be waited for. */

const inPage = globalThis.document?.getElementById("words");

export const language = globalThis.document?.documentElement.lang || "en";
export const words = inPage ? JSON.parse(inPage.textContent) : (await import("../../words/en.js")).default;

const plurals = new Intl.PluralRules(language);

/** Replace the {names} in a template by values. Throws if one is missing, so that nobody reads "undefined". */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => {
    if (!(name in values)) throw new RangeError(`{${name}} of "${template}"`);
    return values[name];
  });
}

/** Choose the plural form for `n` from {"one": …, "other": …} and fill it in. */
export const fillCount = (forms, n, values) => fill(forms[plurals.select(n)] ?? forms.other, values);
