// Begins a report: the camera at once, and the card it comes back to.

import { fresh } from "./drafts.js";
import { addPhotos } from "./photos.js";
import { pick } from "./pictures.js";
import { go } from "./page.js";
import { placing } from "./placing.js";

/** From a tap: the camera opens, and behind it the card for photos. */
export function startReport() {
  const begun = fresh();
  pick(async (files) => addPhotos(await begun, files, { goOn: true }));
  begun.then((draft) => { placing.take(draft); go("report/photo"); });
}
