// To signing in, and back to this very place afterwards.

/** Leaves for the sign-in page; `why` is the code of the error that said so (session_idle, session_ended). */
export function leaveToSignIn(why = "") {
  const { pathname, search, hash } = window.location;
  const query = new URLSearchParams({ next: pathname + search + hash });
  if (why) query.set("why", why);
  window.location.assign(`/sign-in?${query}`);
}
