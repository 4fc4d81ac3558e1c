// Two versions of a protocol: the prover is asked once, and a replay's counts grow while it runs.
import { wireForms } from "/static/act.js";
import { post } from "/static/post.js";

const AGAIN_MS = 3000, PROGRESS_MS = 1000;
const calls = document.getElementById("calls"), replay = document.getElementById("replay");
const after = (ms) => new Promise((done) => setTimeout(done, ms));

// a comparison that takes longer than one answer may is kept when it is done: asked again, it is there
async function ask() {
  try {
    calls.innerHTML = (await post(calls.dataset.ask)).html;
  } catch (problem) {
    if (problem.status === 0 || problem.status === 409) { await after(AGAIN_MS); return ask(); }
    const said = document.createElement("p");
    said.className = "error";
    said.textContent = problem.message;
    calls.replaceChildren(said);
  }
}

async function follow() {
  for (let running = true; running; await after(PROGRESS_MS)) {
    try {
      const answer = await fetch(replay.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) continue;
      const now = await answer.json();
      running = now.running;
      if (!replay.contains(document.activeElement) || !running) replay.innerHTML = now.html;
    } catch { /* the hub is away: the next look comes */ }
  }
}

wireForms(document);
document.addEventListener("fp-done", () => { document.getElementById("opened")?.remove(); follow(); });
if (calls.dataset.ask) ask();
if (replay.dataset.running !== undefined) follow();
