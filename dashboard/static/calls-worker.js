// Opens the calls' pages while the hub does not answer. The hub always comes first; kept are the one page for the time
// when it is away and what that page is made of, and never anything of a case.
const CACHE = "fp-shell-VERSION_OF_THE_SHELL", PAGE = "/calls/away", FILES = ["FILES_OF_THE_SHELL"];
const PATIENCE_MS = 8000, AWAY = [502, 503, 504]; // a proxy's word for a hub that is not there

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((all) => Promise.all(all.filter((name) => name.startsWith("fp-shell-") && name !== CACHE).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(opened(request));
  else if (FILES.includes(url.pathname)) event.respondWith(fetch(request).catch(() => kept(url.pathname)));
});

async function opened(request) {
  const asked = fetch(request), late = new Promise((ok) => { setTimeout(ok, PATIENCE_MS); });
  try {
    const answer = await Promise.race([asked, late]);
    if (answer && !AWAY.includes(answer.status)) return answer;
  } catch { /* it does not answer */ }
  return (await caches.match(PAGE)) ?? asked;
}

async function kept(path) { return (await caches.match(path)) ?? Response.error(); }
