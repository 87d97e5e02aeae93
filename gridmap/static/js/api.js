// Asks the server, and says in one shape what went wrong.

const BASE = "/api/v1";
const ATTENDED_MS = 60_000;
let base = BASE;
let touched = Date.now();

// What a page asks by itself, with nobody at it, does not keep its session awake.
for (const kind of ["pointerdown", "keydown", "wheel"]) {
  window.addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
}

/** Lets another base than /api/v1 be used. */
export function setBase(url) {
  base = (url || BASE).replace(/\/$/, "");
}

/** An answer that is no answer: `code` of the error table, `status` of HTTP (0: not reached). */
export class ApiError extends Error {
  constructor(code, status, message, details = {}) {
    super(message || code);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** GET as JSON. Throws ApiError; a wish withdrawn by `signal` throws AbortError. */
export async function get(path, query = {}, { signal } = {}) {
  const url = new URL(base + path, window.location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return answerOf(await reach(url, signal));
}

async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const error = (body && body.error) || {};
  if (response.status === 401) window.dispatchEvent(new CustomEvent("gridmap:signed-out", { detail: { code: error.code } }));
  throw new ApiError(error.code || "unavailable", response.status, error.message, error.details);
}

/** POST of JSON, with the page's CSRF token; the answer as JSON. `keepalive`: also when the page is left meanwhile. Throws ApiError, `details` with what the server said. */
export function post(path, body = {}, { signal, keepalive = false } = {}) {
  return sent(path, JSON.stringify(body), { "Content-Type": "application/json" }, signal, { keepalive });
}

/** PUT of JSON, as post. */
export function replace(path, body) {
  return sent(path, JSON.stringify(body), { "Content-Type": "application/json" }, undefined, { method: "PUT" });
}

/** The same of a form: `fields` by name, some of them files. */
export function postForm(path, fields, { signal } = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return sent(path, form, {}, signal);
}

async function sent(path, body, headers, signal, { keepalive = false, method = "POST" } = {}) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content || document.querySelector('input[name="csrf_token"]')?.value;
  return answerOf(await reach(new URL(base + path, window.location.origin), signal, { method, body, keepalive, headers: { ...headers, "X-CSRFToken": token || "" } }));
}

/** DELETE; the answer as JSON. Throws ApiError. */
export async function remove(path) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content || document.querySelector('input[name="csrf_token"]')?.value;
  const response = await reach(new URL(base + path, window.location.origin), undefined, { method: "DELETE", headers: { "X-CSRFToken": token || "" } });
  return answerOf(response);
}

/** All features of a paged collection, at most `most`; `cut` says whether there were more. */
export async function collect(path, query = {}, most = 5000, { signal } = {}) {
  const features = [];
  let cursor = null;
  do {
    const page = await get(path, { ...query, cursor }, { signal });
    features.push(...page.features);
    cursor = page.next || null;
  } while (cursor && features.length < most);
  return { features, cut: cursor !== null };
}

async function reach(url, signal, { headers = {}, ...more } = {}) {
  try {
    const asked = { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...headers };
    if (Date.now() - touched > ATTENDED_MS) asked["X-Unattended"] = "1";
    return await fetch(url, { ...more, signal, headers: asked, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("unreachable", 0);
  }
}
