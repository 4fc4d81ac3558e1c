// On a phone that is remembered the visit opens without a connection too: its worker is made known to the browser here, and
// is told what is over. Where nobody is logged in, nothing is held.
const workers = navigator.serviceWorker;

const tell = async (held) => (await workers?.getRegistration("/o/"))?.active?.postMessage({ held });

async function keep() {
  const first = !workers.controller;
  await workers.register("/visit-worker.js", { scope: "/o/" });
  await workers.ready;
  if (!workers.controller) await new Promise((ok) => { workers.addEventListener("controllerchange", ok, { once: true }); });
  if (first) await fetch(location.pathname, { headers: { Accept: "text/html" } }); // by the worker, which keeps it
  document.body.dataset.kept = "";
}

if (!document.querySelector("[data-code]")) tell(document.body.dataset.held?.split(" ") ?? []);
else if (workers && document.querySelector("[data-keeps]")) keep().catch(() => {}); // without it the browser says so itself
document.addEventListener("submit", (event) => { if (event.target.getAttribute("action") === "/log-out") tell([]); }, true);
