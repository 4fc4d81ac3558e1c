// A hand-over is confirmed, refused or asked for again by its own small form; a refusal is asked once more, and what is
// typed there stays. A red flag keeps Tab to itself.
import { STEADY_MS } from "./keys.js";
import { post } from "./post.js";

const refusing = new Map(); // by hand-over: since when it is asked once more, also after the middle was drawn anew

export function handOver(form, how, drafts, refresh) {
  const id = form.dataset.handOver, said = (name) => form.elements[name]?.value.trim() ?? "";
  const body = { confirm: { reference: said("reference") }, refuse: { why: said("why") || "they will not take it" }, again: {} }[how];
  const place = document.getElementById(`reference-problem-${id}`);
  if (how === "confirm" && !said("reference")) { place.textContent = "Type the reference that they gave you."; return; }
  if (how === "refuse" && performance.now() - refusing.get(id) < STEADY_MS) return;
  post(`/api/hand-overs/${id}/${how}`, body).then(() => {
    refusing.delete(id);
    drafts.dropAll(draftOf(id));
    return refresh();
  }).catch((error) => { place.textContent = error.message; });
}

// What is typed of a hand-over is a draft like any other, until the hub has it.
const draftOf = (id, name = "") => `hand-over:${id}:${name}`;

export function keepHandOver(field, drafts) {
  const id = field.form?.dataset.handOver;
  if (id) drafts.set(draftOf(id, field.name), field.value);
}

export function restoreHandOver(drafts) {
  for (const field of document.querySelectorAll("[data-hand-over] input")) field.value = drafts.get(draftOf(field.form.dataset.handOver, field.name)) ?? field.value;
  for (const id of refusing.keys()) show(id, true);
}

function show(id, asks) {
  const form = document.getElementById(`refusing-${id}`), opens = document.querySelector(`[data-refusing="${id}"]`);
  if (!form) { refusing.delete(id); return; }
  form.hidden = !asks;
  form.previousElementSibling.hidden = asks;
  opens.setAttribute("aria-expanded", String(asks));
}

function turn(id, asks) {
  if (asks) refusing.set(id, performance.now()); else refusing.delete(id);
  show(id, asks);
  (asks ? document.getElementById(`why-refused-${id}`) : document.querySelector(`[data-refusing="${id}"]`)).focus();
}

document.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-refusing]"), back = target.closest("[data-not-refused]");
  if (opens) turn(opens.dataset.refusing, true);
  if (back) turn(back.dataset.notRefused, false);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[id^=refusing-]");
  if (event.key !== "Escape" || !form || event.isComposing) return;
  event.preventDefault();
  turn(form.dataset.handOver, false);
}, true);

// Tab stays within a red flag; it keeps the keys to itself
document.addEventListener("keydown", (event) => {
  const flag = document.querySelector("[role=alertdialog]");
  if (event.key !== "Tab" || !flag || !flag.contains(document.activeElement)) return;
  const stops = [...flag.querySelectorAll("button, input, [tabindex='0']")].filter((one) => !one.disabled);
  const first = stops[0], last = stops.at(-1);
  if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
});
