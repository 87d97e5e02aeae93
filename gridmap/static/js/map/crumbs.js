// The way down to an area: those inside the reader's own scope are buttons that open them, others plain words.

import { el } from "../dom.js";
import { t } from "../texts.js";

/** A line of the areas of `breadcrumb` ([{code, name}], highest first); null where it is empty. */
export function crumbs(breadcrumb, me, choose) {
  if (!breadcrumb.length) return null;
  return el("nav", { class: "crumbs", "aria-label": t("map.breadcrumb") },
    el("ol", {}, breadcrumb.map((step, at) => el("li", {}, areaName(step, isOwn(breadcrumb.slice(0, at + 1), me) && choose)))));
}

/** The name of an area: a button where `choose` may open it. */
export function areaName({ code, name }, choose) {
  if (!choose) return name;
  return el("button", { type: "button", class: "crumb", title: t("map.open_area"), onclick: () => choose("area", code) }, name);
}

/** Whether an area is the reader's to look into: it or one above it is theirs. `path`: from the highest to it. */
export function isOwn(path, me) {
  const own = new Set((me.areas || []).map((area) => area.code));
  return Boolean(me.sees_everything) || path.some((step) => own.has(step.code));
}
