// What the workers have in common, set before each of them: the shell of their page lies in a cache of its own, and nothing
// of a case does. The hub always comes first.
const SHELL = "fp-shell-NAME_OF_THE_SHELL-", CACHE = `${SHELL}VERSION_OF_THE_SHELL`, PAGE = "PAGE_OF_THE_SHELL", FILES = ["FILES_OF_THE_SHELL"];
const AWAY = [502, 503, 504]; // a proxy's word for a hub that is not there

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((all) => Promise.all(all.filter((name) => name.startsWith(SHELL) && name !== CACHE).map((name) => caches.delete(name)))));
});

async function kept(path) { return (await caches.open(CACHE)).match(path); }

// what the hub answers within `patience`; nothing where it is away
async function answered(asked, patience) {
  const late = new Promise((ok) => { setTimeout(ok, patience); });
  const answer = await Promise.race([asked, late]).catch(() => undefined);
  return answer && !AWAY.includes(answer.status) ? answer : undefined;
}

