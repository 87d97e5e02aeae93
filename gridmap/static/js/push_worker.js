// Shows what was pushed while no page of ours was open, and leads a tap to its matter. Keeps nothing, fetches nothing.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch { /* nothing that can be read: the sign alone rings */ }
  const { title = "gridmap", body = "", tag, address = "/", urgency = "usual" } = said;
  event.waitUntil(self.registration.showNotification(title, {
    body, tag, data: { address }, icon: "/static/css/sign.svg", lang: "zh-CN", renotify: Boolean(tag), silent: urgency === "quiet", requireInteraction: urgency === "urgent",
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.address || "/"));
});

/** To the matter, on this very host: in a tab of ours that is open, else in a new one. */
async function lead(address) {
  const { pathname } = new URL(address, self.location.origin);
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!open) return self.clients.openWindow(pathname);
  await open.focus();
  return open.navigate(pathname).catch(() => self.clients.openWindow(pathname));
}
