// Messages in the reader's language: `{name}` is filled in, plural forms follow the language.
import ar from "./ar.js";
import en from "./en.js";
import es from "./es.js";
import fr from "./fr.js";

export const catalogues = { en, es, fr, ar };

const RIGHT_TO_LEFT = new Set(["ar"]);

/** The catalogue for a language tag such as "fr-CA"; English where there is none. */
export function languageOf(tag) {
  const wanted = (tag || "en").toLowerCase().split("-")[0];
  return wanted in catalogues ? wanted : "en";
}

export const directionOf = (language) => (RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr");

/** `t(key, values)`: the message; its plural form is chosen by `values.count`. */
export function translator(language) {
  const messages = catalogues[language];
  const plurals = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const found = messages[key];
    const text = typeof found === "string" ? found : found[plurals.select(values.count)] ?? found.other;
    return text.replace(/\{(\w+)\}/g, (_, name) =>
      typeof values[name] === "number" ? number.format(values[name]) : values[name]);
  };
}
