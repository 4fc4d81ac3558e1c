// What we know: looked up when it has changed who this is about, never on the way of an answer.
import { parse, patch } from "./patch.js";

const found = document.getElementById("known-found"), failed = document.getElementById("known-failed");
let who, turn = 0;

async function look() {
  const mine = (turn += 1);
  who = document.getElementById("centre").dataset.who;
  let html = failed.innerHTML;
  try {
    const answer = await fetch(`/calls/${document.body.dataset.call}/known`, { signal: AbortSignal.timeout(5000) });
    if (answer.ok && !answer.redirected) html = await answer.text();
  } catch { /* said in its place */ }
  if (mine === turn) patch(found, parse(`<div id="known-found" aria-live="off">${html}</div>`));
}

// the middle is drawn anew with each answer; only another person, or the tick, is looked up anew
new MutationObserver(() => { if (document.getElementById("centre").dataset.who !== who) look(); }).observe(document.getElementById("view"), { childList: true });
found.addEventListener("click", ({ target }) => { if (target.closest("#known-again")) look(); });
look();
