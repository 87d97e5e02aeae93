// The names of all categories by id, asked for once; what failed is asked for again.

import { get } from "../api.js";

let asked = null;

/** A Map from `standard:kind:code` to the name in the page's language. Throws ApiError. */
export function categoryNames() {
  asked ||= get("/categories").then(({ categories }) => new Map((categories || []).map(({ id, name }) => [id, name])));
  asked.catch(() => { asked = null; });
  return asked;
}
