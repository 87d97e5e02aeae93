// The last answers, kept for when there is no network; a phone that keeps nothing is no reason to fail.

import * as keep from "./keep.js";

export const keepers = {
  async recall(name) {
    return (await keep.recall(name).catch(() => null))?.value || null;
  },
  async recallWhole(name) {
    return keep.recall(name).catch(() => null);
  },
  async remember(name, value) {
    await keep.remember(name, value).catch(() => {});
  },
};
