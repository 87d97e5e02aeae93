// Photos into a draft: read, kept on this phone, or said why not; the others go on.

import * as keep from "./keep.js";
import { next, save } from "./drafts.js";
import { data, go, route, toast, words } from "./page.js";
import { PictureError, read } from "./pictures.js";
import { placing } from "./placing.js";

const KNOWN_MS = 1500;

/** Takes files into a draft; with `goOn` to the next card when all went well; `shows`: after, of which there is one. */
export async function addPhotos(draft, files, { goOn = false, shows } = {}) {
  const room = data.limits.photos - draft.photos.length;
  if (files.length > room) toast(words("photos_most", { n: data.limits.photos }));
  let isWell = true;
  for (const file of files.slice(0, Math.max(room, 0))) isWell = (await add(draft, file, shows)) && isWell;
  if (!goOn || !isWell || !draft.photos.length) return;
  await placing.known(KNOWN_MS);
  if (route().join("/") === "report/photo") go(`report/${next(draft, "photo")}`);
}

async function add(draft, file, shows) {
  try {
    const { blob, ...photo } = await read(file);
    await keep.putBlob(photo.id, draft.id, blob);
    const replaced = draft.photos.filter((one) => shows && one.shows === shows);
    await save(draft, { photos: [...draft.photos.filter((one) => !replaced.includes(one)), { ...photo, shows }] });
    for (const old of replaced) await keep.dropBlob(old.id);
    return true;
  } catch (error) {
    await save(draft, { faults: [...(draft.faults || []), fault(error, file)] }).catch(() => {});
    return false;
  }
}

function fault(error, file) {
  const code = error instanceof PictureError ? error.code : error.name === "QuotaExceededError" ? "full" : "unreadable";
  return { code, name: file.name, bytes: file.size };
}

/** Takes a photo out of a draft again; answers a way to put it back. */
export async function takeOut(draft, photo) {
  const blob = await keep.blob(photo.id);
  const before = draft.photos;
  await save(draft, { photos: before.filter(({ id }) => id !== photo.id) });
  await keep.dropBlob(photo.id);
  return async () => {
    await keep.putBlob(photo.id, draft.id, blob);
    await save(draft, { photos: before });
  };
}

export async function forgetFault(draft, index) {
  await save(draft, { faults: draft.faults.filter((_, i) => i !== index) });
}
