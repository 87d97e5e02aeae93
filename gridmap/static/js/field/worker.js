// Lets /field open without a network: its own page and files only, always the network's where it answers in time.
// Nothing of the API is kept here; what the page keeps of answers lies in its own store.

const NAME = "gridmap-field-1";
const PATIENCE_MS = 4000;
const OURS = ["/static/js/", "/static/css/", "/static/vendor/leaflet", "/static/vendor/idb", "/static/vendor/vector-tile", "/static/vendor/point-geometry", "/static/vendor/pbf"];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("gridmap-field") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});

// What the page loaded before this worker looked after it.
self.addEventListener("message", (event) => {
  const missing = async () => {
    const store = await caches.open(NAME);
    for (const url of ["/field", ...event.data.filter(isOurs)]) if (!(await store.match(url))) await keepOne(store, url);
  };
  event.waitUntil(missing());
});

function isOurs(address) {
  const { origin, pathname } = new URL(address);
  return origin === self.location.origin && OURS.some((start) => pathname.startsWith(start));
}

async function keepOne(store, url) {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) await store.put(url, answer);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && url.pathname === "/field";
  if (isPage || isOurs(request.url)) event.respondWith(answer(request, isPage));
});

async function answer(request, isPage) {
  const store = await caches.open(NAME);
  const key = isPage ? "/field" : request.url;
  const kept = await store.match(key);
  try {
    const fresh = await inTime(fetch(request), kept ? PATIENCE_MS : 0);
    if (fresh.ok && !fresh.redirected && fresh.type === "basic") store.put(key, fresh.clone()).catch(() => {});
    if (isPage && fresh.type === "opaqueredirect") await store.delete(key); // signed out: nobody's page is kept
    return fresh;
  } catch (error) {
    if (!kept) throw error;
    return isPage ? marked(kept) : kept;
  }
}

/** A page from the store says so, since its clock and its token are old. */
async function marked(kept) {
  const html = (await kept.text()).replace("<html ", "<html data-kept ");
  return new Response(html, { status: 200, headers: kept.headers });
}

function inTime(promise, ms) {
  if (!ms) return promise;
  return Promise.race([promise, new Promise((_, reject) => { setTimeout(() => reject(new Error("late")), ms); })]);
}
