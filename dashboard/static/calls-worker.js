// Opens the calls' pages while the hub does not answer: the one page for that time, which is the same for everybody.
const PATIENCE_MS = 8000;

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(opened(request));
  else if (FILES.includes(url.pathname)) event.respondWith(fetch(request).catch(async () => (await kept(url.pathname)) ?? Response.error()));
});

async function opened(request) {
  const asked = fetch(request);
  return (await answered(asked, PATIENCE_MS)) ?? (await kept(PAGE)) ?? asked;
}
