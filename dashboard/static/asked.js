// Whoever opens a person asks other records after them too; the page says what becomes of it, and moves nothing under the
// hand: what was read is shown by a press.
import { parse, patch } from "./patch.js";
import { post } from "./post.js";

const found = document.getElementById("asked-found"), fresh = document.getElementById("asked-new"), person = found.dataset.person;
let waited = false;

async function look() {
  const answer = await fetch(`/people/${person}/records`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok || answer.redirected) return;
  patch(found, parse(`<div class="inside" id="asked-found" aria-live="off" data-person="${person}">${await answer.text()}</div>`));
  const { againMs, announce } = found.querySelector("[data-again-ms]").dataset;
  if (found.querySelector(".asked")) waited = true;
  else if (waited) { waited = false; fresh.hidden = false; document.getElementById("person-said").textContent = announce; }
  if (Number(againMs)) setTimeout(() => look().catch(() => {}), Number(againMs));
}

async function ask(pressed) {
  try { await post(`/api/people/${person}/records`, { pressed }); await look(); } catch (problem) { const said = found.querySelector(".error"); if (said) said.textContent = problem.message; }
}

found.addEventListener("click", ({ target }) => { if (target.closest("[data-asks-record]")) ask(true); });
ask(false);
