// The responder's page works without a script; this keeps its times true and a thumb from pressing twice. What can wait
// for a connection goes by queue.js, once that is there.
import "./ticking.js";
import "./visit-kept.js"; // before what may stop a form
import "./no-line.js";

const STALE_MS = 20000;
const loaded = Date.now();

document.addEventListener("submit", (event) => {
  if (event.target.dataset.press !== undefined && document.body.dataset.queued !== undefined) return;
  if (event.target.dataset.sent !== undefined) { event.preventDefault(); return; }
  event.target.dataset.sent = "";
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
// The answer to a press has an address of its own; loaded again it must be the page, not the press (S19: a look each time).
if (location.pathname.split("/").length > 3) history.replaceState(null, "", location.pathname.split("/").slice(0, 3).join("/"));
addEventListener("pageshow", (event) => { if (event.persisted) look(); });
// where there is no connection a page that is loaded again would be gone
function look() { if (document.body.dataset.queued !== undefined) dispatchEvent(new Event("fp-look")); else location.reload(); }
document.addEventListener("visibilitychange", () => {
  // back from the map or from another app: show what is true now, but never over something half typed
  if (!document.hidden && Date.now() - loaded > STALE_MS && !document.querySelector("#why")?.value) look();
});
document.querySelector("details.more")?.addEventListener("toggle", (event) => { if (event.target.open) event.target.scrollIntoView({ block: "start" }); });
