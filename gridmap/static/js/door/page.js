// What both pages of the door share: what the page brought along, its parts, faults in words, files sent as forms.

import { ApiError } from "../api.js";
import { setLocale, setNow } from "../format.js";
import { messageOf } from "../states.js";
import { setTexts, t } from "../texts.js";

export const data = JSON.parse(document.getElementById("page-data").textContent);

setTexts(data.texts);
setLocale(data.timezone, document.documentElement.lang);
setNow(data.now);

/** The part of the page of that name. */
export function part(name) {
  return document.querySelector(`[data-part=${name}]`);
}

/** A text of the door. */
export function words(key, fields) {
  return t(`door.${key}`, fields);
}

/** An address of the API, in the page's language. */
export function path(route) {
  return `${route}?lang=${encodeURIComponent(data.lang)}`;
}

/** Says in a part what went wrong, or nothing more (null). */
export function say(name, error) {
  const node = part(name);
  node.hidden = !error;
  node.textContent = error ? faultWords(error) : "";
  if (error) node.scrollIntoView({ block: "center" });
}

/** A fault in words: a text of ours, what the server said, or that it was not reached. */
export function faultWords(error) {
  if (typeof error === "string") return error;
  if (!(error instanceof ApiError) || error.status === 0) return words("unreachable");
  return messageOf(error);
}

/** Sends a form with a file. The answer as JSON. Throws ApiError. */
export async function postForm(route, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value, ...(value instanceof Blob ? ["photo.jpg"] : []));
  let response;
  try {
    response = await fetch(`/api/v1${path(route)}`, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "omit" });
  } catch {
    throw new ApiError("unreachable", 0);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const { code, message, details } = answer?.error || {};
  throw new ApiError(code || "unavailable", response.status, message, details);
}

/** A secret as people read it: four letters at a time. */
export function grouped(secret) {
  return secret.replace(/(.{4})(?=.)/g, "$1-");
}
