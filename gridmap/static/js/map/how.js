// How somebody came to a part in a matter, and whether the holder of a post is there: in words.

import { el } from "../dom.js";
import { dueTime } from "../format.js";
import { t } from "../texts.js";

const PLAIN = ["cell", "inherited"]; // said by the area's name

/** How the person of an assignment's part was found, for whom they stand in, how much they had in hand; null where it went as usual. */
export function howWords({ how, for_person: other, load }) {
  const said = [
    how && !PLAIN.includes(how) ? t(`panel.how_${how}`) : null,
    other ? t(how === "handed_over" ? "panel.taken_from" : "panel.for_person", { name: other.name }) : null,
    load === null || load === undefined ? null : t("panel.load", { n: load }),
  ].filter(Boolean);
  return said.length ? said.join(" · ") : null;
}

/** On duty, off, away, and who stands in; null where nobody holds the post. `isNarrow`: only what is not as usual, the rest on pointing there. */
export function dutyMark({ duty, deputy, on_duty_from: from }, { isNarrow = false } = {}) {
  if (!duty || (duty === "on" && isNarrow)) return null;
  const short = [t(`panel.duty_${duty}`), deputy ? t("panel.duty_deputy", { name: deputy.name }) : null].filter(Boolean);
  const whole = [...short, duty !== "on" && from ? t("panel.duty_from", { when: dueTime(from) }) : null].filter(Boolean).join(" · ");
  return el("span", { class: `duty duty--${duty}`, title: whole }, isNarrow ? short.join(" · ") : whole);
}
