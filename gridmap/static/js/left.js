// Whoever stands before the sign-in page is nobody yet: what this browser kept for reading of the account before goes.
// What waits to be sent stays; it belongs to its account, and is sent when that one signs in again.

const CACHES = "gridmap-field";
const STORE = { name: "gridmap-field", answers: "answers" };

async function forgetPages() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) if (name.startsWith(CACHES)) await caches.delete(name);
}

async function forgetAnswers() {
  const there = await indexedDB.databases();
  if (!there.some(({ name }) => name === STORE.name)) return;
  const asked = indexedDB.open(STORE.name);
  asked.onsuccess = () => {
    const store = asked.result;
    if (!store.objectStoreNames.contains(STORE.answers)) {
      store.close();
      return;
    }
    const change = store.transaction(STORE.answers, "readwrite");
    change.objectStore(STORE.answers).clear();
    change.oncomplete = () => store.close();
  };
}

Promise.allSettled([forgetPages(), forgetAnswers()]);
