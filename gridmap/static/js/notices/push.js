// This browser's own push subscription: made when asked for, recognised again.

const WORKER = "/static/js/push_worker.js";

/** Whether this browser, at this address, can be pushed to. */
export function isPossible() {
  return window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window;
}

/** Subscribes with the server's key; a subscription made with another key goes. Throws what the browser throws. */
export async function subscribe(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new DOMException("", "NotAllowedError");
  const registered = await active(await navigator.serviceWorker.register(WORKER));
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await registered.pushManager.subscribe(wanted);
  } catch (error) {
    const old = await registered.pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return registered.pushManager.subscribe(wanted);
  }
}

/** The SHA-256 of this browser's endpoint, in hex, as the server tells it; null where it has none. */
export async function ownMark() {
  if (!isPossible()) return null;
  const registered = await navigator.serviceWorker.getRegistration(WORKER);
  const subscription = await registered?.pushManager.getSubscription();
  if (!subscription) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function active(registered) {
  const worker = registered.active || registered.waiting || registered.installing;
  while (worker.state !== "activated") await new Promise((done) => { worker.addEventListener("statechange", done, { once: true }); });
  return registered;
}

function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
