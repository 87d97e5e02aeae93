// The strip at the top: what waits to be sent, what wants an answer, who has to sign in, since when the server is gone.

import { el, put } from "../dom.js";
import { clock, serverNow } from "../format.js";
import { openSheet, sessionEnded } from "./entry.js";
import { outbox } from "./outbox.js";
import { go, part, route, words } from "./page.js";
import { spanOf } from "./say.js";
import { sign } from "./signs.js";

/** Draws the strip for what now holds; nothing where all is well. `live`: the stream, which also knows when it is gone. */
export function drawStrip(live) {
  const node = part("strip");
  const said = what(live);
  node.hidden = !said;
  if (!said) return;
  const isOpen = route()[0] === "queue";
  const inside = [sign(said.icon), el("span", {}, el("b", {}, said.head), said.hint ? el("small", {}, said.hint) : null), said.more ? sign("chevron") : null];
  put(node, said.act
    ? el("button", { type: "button", class: `strip__line strip__line--${said.tone}${isOpen ? " is-open" : ""}`, onclick: said.act }, inside)
    : el("div", { class: `strip__line strip__line--${said.tone}` }, inside));
}

function what(live) {
  const waiting = outbox.waiting.length;
  const refused = outbox.of("refused").length;
  const gone = outbox.goneSince || live?.goneSince || null;
  if (sessionEnded()) return { tone: "amber", icon: "person", head: words("session_over"), hint: waiting ? words("session_over_waiting", { n: waiting }) : words("session_over_hint"), act: openSheet, more: true };
  const amend = refused ? words("refused_n", { n: refused }) : null;
  if (waiting && gone) return { tone: "amber", icon: "offline", head: words(navigator.onLine ? "waiting_gone" : "waiting_offline", { n: waiting }), hint: amend ? `${amend} · ${short(gone)}` : since(gone), act: toQueue, more: true };
  if (gone && refused) return { tone: "pale", icon: "offline", head: words(navigator.onLine ? "server_gone" : "no_network"), hint: `${amend} · ${short(gone)}`, act: toQueue, more: true };
  if (waiting) return { tone: "blue", icon: "cloud", head: words("sending_n", { n: waiting }), hint: amend, act: toQueue, more: true };
  if (refused) return { tone: "pale", icon: "warn", head: amend, hint: words("refused_hint"), act: toQueue, more: true };
  if (gone) return { tone: "pale", icon: "offline", head: words(navigator.onLine ? "server_gone" : "no_network"), hint: since(gone) };
  return null;
}

function since(gone) {
  return words("gone_since", { clock: clock(gone.toISOString()), span: spanOf(serverNow() - gone) });
}

const short = (gone) => words("gone_at", { clock: clock(gone.toISOString()) });

function toQueue() {
  if (route()[0] === "queue") window.history.back();
  else go("queue");
}
