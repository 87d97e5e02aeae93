// The page's texts in its language, as the page brought them along.

let texts = {};

/** Takes over a flat catalogue: `section.name` -> text with {fields}. */
export function setTexts(catalogue) {
  texts = catalogue || {};
}

/** The text of a key, its fields filled; the key itself where there is none. */
export function t(key, fields = {}) {
  const template = texts[key];
  if (template === undefined) return key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
}

/** The text of a key, or `otherwise` where the catalogue has none. */
export function tOr(key, otherwise) {
  return key in texts ? texts[key] : otherwise;
}
