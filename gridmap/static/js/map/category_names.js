// The categories of all catalogues, asked for once; what failed is asked for again.

import { get } from "../api.js";

let asked = null;

/** All categories: {id, name, group, role_name, …}. Throws ApiError. */
export function categories() {
  asked ||= get("/categories").then(({ categories: list }) => list);
  asked.catch(() => { asked = null; });
  return asked;
}

/** A Map from `standard:kind:code` to the name in the page's language. Throws ApiError. */
export async function categoryNames() {
  return new Map((await categories()).map(({ id, name }) => [id, name]));
}
