// The capture fields: each stroke is kept, what is wrong stands under the field, and any field is two keys away.
import { isWriting } from "./keys.js";

const fields = () => document.querySelectorAll("[data-field]");

export function followTyping(keep) {
  for (const field of fields()) {
    field.addEventListener("input", () => { field.dataset.touched = ""; keep(field.dataset.field, field.value); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); next(field)?.focus(); } // a list opens with Space
    });
  }
}

function next(field) {
  const all = [...fields()];
  return all[all.indexOf(field) + 1];
}

export function lookAgain(again) {
  for (const field of fields()) {
    const words = again[field.dataset.field] ?? "", note = document.getElementById(`e-${field.dataset.field}`);
    if (note.textContent !== words) note.textContent = words;
    if (words) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  }
}

// A code is kept apart by the hub: the field says so, and shows what is left of its words once the hand is off it.
export function keptApart(cut, bodies) {
  for (const [name, words] of Object.entries(cut ?? {})) {
    const field = document.querySelector(`input[data-field=${name}]`), typed = bodies.findLast((body) => body.field === name)?.value.trim();
    if (!field) continue;
    const show = () => { if (field.value.trim() === typed) field.value = words; };
    document.getElementById(`k-${name}`).hidden = false;
    document.getElementById("announce").textContent = "The key-safe code is kept apart.";
    if (document.activeElement === field) field.addEventListener("blur", show, { once: true }); else show();
  }
}

// What was typed and has not reached the hub stands in its field again after a reload.
export function restore(field, value) {
  const element = document.getElementById(`f-${field}`);
  if (element && element.value !== value) element.value = value;
}

export function focusField(name) {
  const field = document.getElementById(`f-${name}`);
  field?.focus();
  field?.select?.();
}

export function goMode(say) {
  const capture = document.getElementById("capture");
  capture.classList.add("going");
  say("Go to which field? Press its letter.");
  const stop = () => { capture.classList.remove("going"); removeEventListener("keydown", pick, true); };
  const pick = (event) => {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    stop();
    const wanted = [...fields()].find((field) => field.dataset.go === event.key.toLowerCase());
    if (event.key !== "Escape" && !wanted && isWriting(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (wanted) focusField(wanted.dataset.field); else say("No field has that letter.");
  };
  addEventListener("keydown", pick, true);
}
