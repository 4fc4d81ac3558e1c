// What we know: looked up when it has changed who this is about, and again while other records are being asked; never on
// the way of an answer, and nothing that is typed or has the focus is moved by it.
import { parse, patch } from "./patch.js";
import { post } from "./post.js";

const found = document.getElementById("known-found"), failed = document.getElementById("known-failed");
let who, turn = 0, again, told = "";

async function look() {
  const mine = (turn += 1);
  clearTimeout(again);
  who = document.getElementById("centre").dataset.who;
  let html = failed.innerHTML;
  try {
    const answer = await fetch(`/calls/${document.body.dataset.call}/known`, { signal: AbortSignal.timeout(5000) });
    if (answer.ok && !answer.redirected) html = await answer.text();
  } catch { /* said in its place */ }
  if (mine !== turn) return;
  patch(found, parse(`<div id="known-found" aria-live="off">${html}</div>`));
  follow(found.querySelector("[data-again-ms]")?.dataset);
}

// the page looks again while somebody is being asked, and says once, politely, that they have answered
function follow(record) {
  const words = record?.announce ?? "", ms = Number(record?.againMs ?? 0);
  if (words && words !== told) document.getElementById("announce").textContent = words;
  told = words;
  if (ms) again = setTimeout(look, ms);
}

// the middle is drawn anew with each answer; only another person, or the tick, is looked up anew
new MutationObserver(() => { if (document.getElementById("centre").dataset.who !== who) look(); }).observe(document.getElementById("view"), { childList: true });
found.addEventListener("click", async ({ target }) => {
  if (target.closest("#known-again")) return look();
  const button = target.closest("[data-asks-record]");
  if (!button) return undefined;
  const said = found.querySelector(".known-record .error");
  try { await post(button.dataset.asksRecord, {}); } catch (problem) { said.textContent = problem.message; return undefined; }
  return look();
});
// their record lies in another tab, where somebody may have put something right
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
look();
