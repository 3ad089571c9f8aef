/** What the page says: the sentences of its language, one file each in words/. The page's <html lang> names the language. */

export const language = globalThis.document?.documentElement.lang || "en";
export const words = (await import(`../../words/${language}.js`)).default;

const plurals = new Intl.PluralRules(language);

/** The template with its {names} filled in. A value that is missing is an error of ours: nobody should read "undefined". */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => {
    if (!(name in values)) throw new RangeError(`{${name}} of "${template}"`);
    return values[name];
  });
}

/** The form that `n` takes of {"one": …, "other": …}, filled in. */
export const fillCount = (forms, n, values) => fill(forms[plurals.select(n)] ?? forms.other, values);
