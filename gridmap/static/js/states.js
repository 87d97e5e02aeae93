// The designed states of a list or panel: loading, empty, and what went wrong with a way on.

import { el } from "./dom.js";
import { t, tOr } from "./texts.js";

/** Grey bars where text will stand. */
export function skeleton(lines = 9) {
  return el("div", { class: "skeleton", role: "status", "aria-label": t("page.loading") },
    Array.from({ length: lines }, () => el("span")));
}

/** Nothing there: what that means, and what can be done. */
export function empty(title, hint, ...ways) {
  return el("div", { class: "state" }, el("strong", {}, title), hint ? el("p", {}, hint) : null, ways);
}

/** What happened, in the server's words where it gave any, and a way to try again. */
export function failure(error, retry) {
  return el("div", { class: "state state--error", role: "alert" },
    el("strong", {}, t("page.failed")), el("p", {}, messageOf(error)), retryButton(retry));
}

/** The same in one line, for narrow places. */
export function errorWords(error, retry) {
  return el("p", { class: "legend__empty", role: "alert" }, messageOf(error), " ", retryButton(retry));
}

function retryButton(retry) {
  return el("button", { class: "button", type: "button", onclick: retry }, t("page.retry"));
}

/** What went wrong, in the server's words where it gave any. */
export function messageOf(error) {
  if (error.status === 0) return t("page.unreachable");
  return error.message && error.message !== error.code ? error.message : tOr(`error.${error.code}`, t("page.failed_hint"));
}
