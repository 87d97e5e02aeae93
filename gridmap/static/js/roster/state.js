// What is chosen on the page of the roster.

import { chosen } from "../chosen.js";

export const { state, remember } = chosen(["tab", "area", "duty", "q", "week", "month", "done"]);
