// Opens the page without a network. It keeps the files of the page, and nothing else: no answer of the API, no address with
// a secret. Where there is a network, the page always comes from there: a newer server never meets an older page.
//
// The build puts the names of the files and their hash into the first line; a new hash is a new cache.

/* boardwalk:files */
const CACHE = `boardwalk-${VERSION}`;
const PAGE = "/";
/** A server that does not answer within this time is taken for none. */
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])));
});

// It waits until no page of the former version is open, so that none loses files that it has yet to load.
self.addEventListener("activate", (event) => {
  const drop = (names) => names.filter((name) => name !== CACHE).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(drop(names))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (isPage(url.pathname)) event.respondWith(fresh(request, PAGE));
  } else if (url.pathname.startsWith("/static/")) {
    // Named after what they hold: what is kept is what would come.
    event.respondWith(kept(url.pathname).then((response) => response ?? fetch(request)));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(fresh(request, url.pathname));
  }
});

/** Whether an address shows the page: the home page, a board, a recovery link. */
function isPage(path) {
  return path === "/" || path === "/recover" || path.startsWith("/b/");
}

/** The server's answer; where there is none, or only that of a proxy which reaches nobody, what is kept. */
async function fresh(request, path) {
  const fallback = await kept(path);
  if (!fallback) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const response = await Promise.race([fetch(request).catch(() => undefined), late]);
  return response && response.status < 500 ? response : fallback;
}

async function kept(path) {
  return (await caches.open(CACHE)).match(path);
}
