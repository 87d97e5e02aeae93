// Why the server did not take an act, in the words of the page: states, tiers and moments as they are said elsewhere.

import { comma, dayAndClock } from "../format.js";
import { messageOf } from "../states.js";
import { t, tOr } from "../texts.js";

const WORDS = {
  action_not_now: ({ action, status }) => t("act.not_now", { action: tOr(`act.${action}`, action), status: tOr(`status.${status}`, status) }),
  action_not_yours: ({ action }) => t("act.not_yours", { action: tOr(`act.${action}`, action) }),
  too_late_to_extend: () => t("act.too_late"),
  extension_invalid: ({ due_at: due, latest }) => t("act.extend_range", { due: dayAndClock(due), latest: dayAndClock(latest) }),
  matter_above_your_tier: ({ tier }) => t("act.above_your_tier", { tier: t(`panel.tier_${tier}`), by: t(`panel.tier_by_${tier}`) }),
  own_work: () => t("act.own_work"),
  photos_missing: ({ kinds = [] }) => t("act.photos_missing", { kinds: kinds.map((kind) => t(`panel.photo_${kind}_label`)).join(comma()) }),
  merge_impossible: ({ number, status }) => t("act.merge_impossible", { number, status: tOr(`status.${status}`, status) }),
  tier_at_end: ({ tier }) => t("act.tier_at_end", { tier: t(`panel.tier_${tier}`) }),
};

/** What went wrong; the server's own words for what this page has none for. */
export function refusalWords(failed) {
  return WORDS[failed.code]?.(failed.details || {}) || messageOf(failed);
}
