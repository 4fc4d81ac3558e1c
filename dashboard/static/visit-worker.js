// Opens a responder's visit where there is no connection: the page as it was last seen. It lies on the phone sealed, under a
// key that nothing can export, for as long as the hub allows: no longer than this log-in would last. Every answer of the hub
// says anew what may lie here; what is not theirs any more, and everything once a log-in is asked for, is thrown away. A
// code of a door is in the answer to a press, and such answers are never kept (S19).
const PATIENCE_MS = 5000, SURE_MS = 20000, MOST = 2, CLOCK_MS = 60000, VISIT = /^\/o\/([0-9A-Za-z]{4,12})(\/[\w-]+)?$/;
const SAID = [200, 403, 404, 410]; // what else a proxy or a busy hub answers says nothing about the visit
let awayAt = 0;

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(dropBut(event.data.held)));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const code = VISIT.exec(url.pathname)?.[1].toUpperCase();
  if (code && request.mode === "navigate") event.respondWith(opened(event, code));
  else if (code && request.method === "GET") event.respondWith(looked(request, code));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request, url.pathname));
});

async function opened(event, code) {
  const { request } = event, asked = fetch(request), isPage = request.method === "GET";
  if (isPage) event.waitUntil(asked.then((answer) => note(code, answer.clone())).catch(() => {}));
  const answer = await answered(asked, PATIENCE_MS);
  if (answer) { awayAt = 0; return answer; }
  awayAt = Date.now();
  return (await lastSeen(code, !isPage)) ?? (await kept(PAGE)) ?? asked;
}

// The page asks what is true now: the hub's word alone, and it is kept before the page shows it.
async function looked(request, code) {
  const answer = await fetch(request);
  await note(code, answer.clone());
  return answer;
}

async function file(request, path) {
  if (Date.now() - awayAt < SURE_MS) return (await kept(path)) ?? fetch(request);
  const asked = fetch(request);
  return (await answered(asked, PATIENCE_MS)) ?? (await kept(path)) ?? asked;
}

async function note(code, answer) {
  if (answer.type === "opaqueredirect" || answer.redirected) return dropBut([]); // to the log-in: this one is over
  if (!SAID.includes(answer.status)) return undefined;
  const [lasts, logIn] = (answer.headers.get("FP-Keep") ?? "").split(" ");
  if (!logIn) return dropBut((await rows()).map((row) => row.code).filter((one) => one !== code));
  const at = Date.now(), iv = crypto.getRandomValues(new Uint8Array(12)), policy = answer.headers.get("Content-Security-Policy");
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, await answer.arrayBuffer());
  const others = (await rows()).filter((row) => row.code !== code && row.logIn === logIn).sort((a, b) => b.at - a.at);
  await dropBut([code, ...others.slice(0, MOST - 1).map((row) => row.code)]);
  return work("readwrite", (store) => store.put({ code, logIn, at, until: at + Number(lasts) * 1000, policy, key, iv, box }));
}

// `unsaid`: what was just sent may or may not have arrived.
async function lastSeen(code, unsaid) {
  const row = (await rows()).find((one) => one.code === code);
  if (!row) return undefined;
  const html = new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, row.key, row.box));
  const shown = html.replace("<body ", `<body data-seen="${row.at}"${unsaid ? " data-unsaid" : ""} `).replace(/ data-now="(\d+)"/, (_, then) => ` data-now="${Number(then) + Date.now() - row.at}"`);
  return new Response(shown, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": row.policy, "Cache-Control": "no-store" } });
}

// --- what lies here; what is past its time is thrown away whenever anybody looks
const done = (request) => new Promise((ok, no) => { request.onsuccess = request.oncomplete = () => ok(request.result); request.onerror = request.onabort = () => no(request.error); });

async function work(mode, act) {
  const opening = indexedDB.open("first-point-visit", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("visits", { keyPath: "code" });
  const db = await done(opening), part = db.transaction("visits", mode), asked = act(part.objectStore("visits"));
  const found = asked && await done(asked);
  if (mode === "readwrite") await done(part);
  db.close();
  return found;
}

async function rows() {
  const now = Date.now(), all = await work("readonly", (store) => store.getAll());
  const over = all.filter((row) => row.until <= now || row.at > now + CLOCK_MS); // a clock put back holds nothing for longer
  if (over.length) await work("readwrite", (store) => { for (const row of over) store.delete(row.code); });
  return all.filter((row) => !over.includes(row));
}

async function dropBut(codes) {
  const others = (await rows()).filter((row) => !codes.includes(row.code));
  if (others.length) await work("readwrite", (store) => { for (const row of others) store.delete(row.code); });
}
