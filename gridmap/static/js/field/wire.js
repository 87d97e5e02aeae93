// Sends: JSON and photos with the page's token, progress, and one shape for what went wrong.

import { ApiError } from "../api.js";
import { data } from "./page.js";

const PATIENCE_MS = 45_000;
let token = data.csrf;

/** Takes over the token of a page newly read. */
export function useToken(csrf) {
  token = csrf;
}

/** POST of a JSON body; the answer's body. Throws ApiError (`status` 0: not reached). */
export function post(path, body) {
  return send(path, JSON.stringify(body), { type: "application/json" });
}

/** POST of a photo as a form; `shows`: before or after, where one said so; `progress` hears shares of 1. */
export function postPhoto(number, { clientId, shows, photo }, progress) {
  const form = new FormData();
  form.append("client_id", clientId);
  if (shows) form.append("kind", shows);
  form.append("photo", photo, "photo.jpg");
  return send(`/issues/${encodeURIComponent(number)}/photos`, form, { progress });
}

// XMLHttpRequest, since fetch does not say how much of a body has left.
function send(path, body, { type, progress } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${data.endpoints.api}${path}`);
    request.timeout = PATIENCE_MS;
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.setRequestHeader("X-CSRFToken", token);
    if (type) request.setRequestHeader("Content-Type", type);
    if (progress) request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => settle(request, resolve, reject);
    request.onerror = request.ontimeout = () => reject(new ApiError("unreachable", 0));
    request.send(body);
  });
}

function settle({ status, responseText }, resolve, reject) {
  let body = null;
  try {
    body = JSON.parse(responseText);
  } catch { /* a proxy's page instead of our answer */ }
  if (status >= 200 && status < 300 && body) {
    resolve(body);
    return;
  }
  const { code, message, details } = body?.error || {};
  const error = new ApiError(code || (status >= 500 || !status ? "unavailable" : "bad_request"), status, message);
  error.details = details || {};
  error.isOurs = Boolean(code);
  reject(error);
}

/** The page as the server gives it now: {me, csrf, …}; null where that is a page for signing in. */
export async function freshPage() {
  const response = await fetch("/field", { credentials: "same-origin", headers: { "X-Fresh": "1" }, cache: "no-store" });
  return pageIn(await response.text());
}

/** The data in the HTML of this page; null where it is another. */
export function pageIn(html) {
  const found = new DOMParser().parseFromString(html, "text/html").getElementById("page-data");
  const held = found && JSON.parse(found.textContent);
  return held?.csrf ? held : null;
}
