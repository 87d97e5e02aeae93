// Asks the server, and says in one shape what went wrong.

const BASE = "/api/v1";
let base = BASE;

/** Lets another base than /api/v1 be used. */
export function setBase(url) {
  base = (url || BASE).replace(/\/$/, "");
}

/** An answer that is no answer: `code` of the error table, `status` of HTTP (0: not reached). */
export class ApiError extends Error {
  constructor(code, status, message) {
    super(message || code);
    this.code = code;
    this.status = status;
  }
}

/** GET as JSON. Throws ApiError; a wish withdrawn by `signal` throws AbortError. */
export async function get(path, query = {}, { signal } = {}) {
  const url = new URL(base + path, window.location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  const response = await reach(url, signal);
  const body = await response.json().catch(() => null);
  if (response.status === 401) window.dispatchEvent(new CustomEvent("gridmap:signed-out"));
  if (response.ok && body !== null) return body;
  const error = (body && body.error) || {};
  throw new ApiError(error.code || "unavailable", response.status, error.message);
}

/** All features of a paged collection, at most `most`; `cut` says whether there were more. */
export async function collect(path, query = {}, most = 5000) {
  const features = [];
  let cursor = null;
  do {
    const page = await get(path, { ...query, cursor });
    features.push(...page.features);
    cursor = page.next || null;
  } while (cursor && features.length < most);
  return { features, cut: cursor !== null };
}

async function reach(url, signal) {
  try {
    return await fetch(url, { signal, headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang }, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("unreachable", 0);
  }
}
