// Forms that tell the hub something: JSON from their fields, refusals in place in plain words, nothing typed lost. What
// would act on stale facts is off while the feed is stale.
import * as clock from "/static/clock.js";
import { post } from "/static/post.js";

const shown = document.getElementById("live"), said = document.getElementById("said");
let stale = false;

// buttons keep their place and their focus while they are off
export const live = (button) => button.getAttribute("aria-disabled") !== "true";

function switchActs() {
  for (const button of document.querySelectorAll("[data-acts]")) {
    if (button.matches("input, textarea, select")) continue; // typing may go on
    if (stale) { button.setAttribute("aria-disabled", "true"); button.dataset.off = "stale"; } else if (button.dataset.off === "stale") { button.removeAttribute("aria-disabled"); delete button.dataset.off; }
  }
}

export function setStale({ stale: now, age, words }) {
  const text = now ? `STALE ${Math.round(age / 1000)} s, ${words ? "not followed" : "reconnecting"}` : `live ${(age / 1000).toFixed(1)} s`;
  if (shown && shown.textContent !== text) shown.textContent = text;
  shown?.classList.toggle("live--stale", now);
  document.body.classList.toggle("stale", now);
  const gone = document.getElementById("gone-away");
  if (gone && words && gone.textContent !== words) { gone.textContent = words; gone.hidden = false; }
  if (gone && !words && !now && gone.dataset.was === "refused") gone.hidden = true;
  if (gone) gone.dataset.was = words ? "refused" : "";
  if (now !== stale) {
    stale = now;
    if (said) said.textContent = now ? "The board is stale: it does not hear from the hub. Reconnecting." : "The board is live again.";
  }
  switchActs();
}

export function isStale() { return stale; }

function bodyOf(form) {
  const body = JSON.parse(form.dataset.body ?? "{}");
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") { body[field.name] = field.checked; continue; }
    const value = field.value.trim();
    if (field.dataset.type === "time") {
      if (value === "") continue;
      body[field.name] = clock.timeSaid(value);
      if (body[field.name] === null) throw new Error("Type the time as 14:20.");
    } else if (field.dataset.type === "number") body[field.name] = value === "" ? null : Number(value);
    else body[field.name] = value;
  }
  return body;
}

function sayIn(form, words, kind) {
  const line = form.querySelector(".error");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("done-note", kind === "done");
}

const sending = new Map();

// pressed twice it is sent once; another button of the same form waits its turn, and is not forgotten
async function send(form, presser) {
  const button = presser ?? form.querySelector("[type=submit]");
  if (stale || (button && !live(button))) { sayIn(form, "Not sent: the board is stale. What you typed is kept."); return; }
  const before = sending.get(form);
  if (before?.button === button) return;
  const turn = { button, done: (before?.done ?? Promise.resolve()).then(() => deliver(form, presser)) };
  sending.set(form, turn);
  await turn.done;
  if (sending.get(form) === turn) sending.delete(form);
}

async function deliver(form, presser) {
  try {
    const extra = presser?.dataset.body ? JSON.parse(presser.dataset.body) : {};
    const answer = await post(presser?.dataset.to ?? form.dataset.post, presser?.dataset.bare !== undefined ? extra : { ...bodyOf(form), ...extra });
    empty(form);
    sayIn(form, answer.said ?? "Done.", "done");
    form.dispatchEvent(new CustomEvent("fp-done", { bubbles: true, detail: answer }));
  } catch (problem) {
    sayIn(form, problem.message);
    form.querySelector("input.field, textarea.field, select.field")?.focus();
  }
}

function empty(form) {
  for (const field of form.elements) {
    if (field.tagName === "SELECT") field.selectedIndex = 0; else if (field.type === "checkbox") field.checked = false; else if (field.name && field.type !== "hidden") field.value = "";
  }
}

export function wireForms(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-post]");
    if (!form) return;
    event.preventDefault();
    send(form, event.submitter?.dataset.body || event.submitter?.dataset.to ? event.submitter : null);
  });
  root.addEventListener("click", async (event) => {
    const done = event.target.closest("[data-done]");
    if (!done || !live(done)) return;
    const form = done.closest("form");
    try {
      await post(`/api/tasks/${done.dataset.done}/done`, { words: done.dataset.words });
    } catch (problem) {
      sayIn(form, problem.message);
    }
  });
}
