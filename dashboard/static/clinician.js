// What waits for a clinician: asked for every two seconds, put in place part by part, so that typed words stay.
import { wireForms } from "/static/act.js";
import { parse, reconcile, rememberTree } from "/static/patch.js";
import { post } from "/static/post.js";
import { setHubNow, tick } from "/static/ticking.js";

const POLL_MS = 2000, STALE_AFTER = 3;
const $ = (id) => document.getElementById(id);
let misses = 0, last = "";

async function look() {
  try {
    const response = await fetch("/clinician/state", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (response.status === 401) { location.assign("/log-in?next=/clinician"); return; }
    if (!response.ok) throw new Error("away");
    const state = await response.json();
    setHubNow(state.now);
    if (state.html !== last) { last = state.html; reconcile($("waiting"), parse(state.html.trim())); tick(); }
    misses = 0;
    $("live").textContent = "live";
    $("live").classList.remove("live--stale");
  } catch {
    misses += 1;
    if (misses >= STALE_AFTER) { $("live").textContent = "STALE, the hub does not answer"; $("live").classList.add("live--stale"); }
  }
}

async function poll() {
  await look();
  setTimeout(poll, POLL_MS);
}

document.addEventListener("click", async (event) => {
  const ring = event.target.closest("[data-ring]");
  if (!ring) return;
  $("problem").textContent = "";
  try {
    location.assign(`/calls/${(await post(`/api/call-backs/${ring.dataset.ring}/ring`)).call}`);
  } catch (error) { $("problem").textContent = error.message; }
});
document.addEventListener("fp-done", look);

rememberTree($("waiting"));
wireForms(document);
poll();
