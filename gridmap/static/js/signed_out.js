// To signing in, and back to this very place afterwards.

let isLeaving = false;

/**
 * Leaves for the sign-in page; `why` is the code of the error that said so (session_idle, session_ended).
 * Only the first call counts: what was asked at the same time is answered after it, and knows less.
 */
export function leaveToSignIn(why = "") {
  if (isLeaving) return;
  isLeaving = true;
  const { pathname, search, hash } = window.location;
  const query = new URLSearchParams({ next: pathname + search + hash });
  if (why) query.set("why", why);
  window.location.assign(`/sign-in?${query}`);
}

// A page that the browser brings back as it was left may leave again.
window.addEventListener("pageshow", () => { isLeaving = false; });
