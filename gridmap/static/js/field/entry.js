// Signing in again in place: what is typed stays where it is, and what waited goes on by itself.

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { data, part, words } from "./page.js";
import { pageIn, useToken } from "./wire.js";

let isEnded = false;
const waiting = new Set();

/** Whether the session has ended and nobody has signed in again yet. */
export const sessionEnded = () => isEnded;

/** Calls `act` whenever the session ends or comes back. */
export function onSession(act) {
  waiting.add(act);
}

function tell() {
  for (const act of waiting) act();
}

/** The session is over: said at the top of the screen; the form stays as it is. */
export function sessionOver() {
  if (isEnded) return;
  isEnded = true;
  tell();
}

/** Opens the sheet to sign in. */
export function openSheet() {
  const sheet = part("sheet");
  const alert = el("p", { class: "sheet__alert", role: "alert", hidden: true });
  const name = field("username", t("field.sign_in_name"), { value: data.me.username, autocomplete: "username" });
  const secret = field("password", t("field.sign_in_password"), { type: "password", autocomplete: "current-password" });
  const button = el("button", { class: "act", type: "submit" }, words("sign_in_go"));
  const form = el("form", { class: "sheet__form", onsubmit: submit },
    el("h2", { id: "sheet-title" }, words("sign_in_title")), el("p", { class: "quiet" }, words("sign_in_hint")),
    alert, name, secret,
    el("div", { class: "bar" }, el("button", { class: "side", type: "button", onclick: () => sheet.close() }, words("later")), button));

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const wrong = await signIn(new FormData(form));
      alert.textContent = wrong || "";
      alert.hidden = !wrong;
      if (!wrong) sheet.close();
    } catch {
      alert.textContent = t("page.unreachable");
      alert.hidden = false;
    }
    button.disabled = false;
  }

  put(sheet, form);
  if (!sheet.open) sheet.showModal();
  secret.querySelector("input").focus();
}

function field(name, label, attributes) {
  return el("label", { class: "sheet__field" }, el("span", {}, label),
    el("input", { name, required: true, autocapitalize: "none", spellcheck: "false", maxlength: 256, ...attributes }));
}

/** Through the same form as everybody; what was wrong in the server's words, null when in. */
async function signIn(given) {
  const form = await formToken();
  if (form) {
    given.append("csrf_token", form);
    given.append("next", "/field");
    const answer = await fetch("/sign-in", { method: "POST", body: new URLSearchParams(given), credentials: "same-origin" });
    if (new URL(answer.url).pathname === "/set-password") window.location.assign(answer.url);
    return settle(await answer.text());
  }
  return settle(await (await fetch("/field", { credentials: "same-origin", cache: "no-store" })).text());
}

/** The token of the sign-in form; null where one is signed in already, e.g. in another tab. */
async function formToken() {
  const answer = await fetch("/sign-in", { credentials: "same-origin", cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("#password") ? page.querySelector("[name=csrf_token]").value : null;
}

function settle(html) {
  const page = pageIn(html);
  if (!page) {
    const said = new DOMParser().parseFromString(html, "text/html").querySelector("[role=alert]")?.textContent;
    return said || words("sign_in_other");
  }
  if (page.me.username !== data.me.username) {
    window.location.reload(); // another person: their own drafts, their own tasks
    return null;
  }
  useToken(page.csrf);
  isEnded = false;
  tell();
  return null;
}
