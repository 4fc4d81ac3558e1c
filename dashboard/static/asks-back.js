// What the screen asks back instead of doing nothing: a key that answers nothing, a commit without a place.
import { focusField } from "./capture.js";
import { isWriting, lettersOn } from "./keys.js";

let askedForPlace = false;

// 999 and the nurse need a place; asked once, because somebody must be helped even if nobody can say where.
export function asksForPlace(say) {
  const known = ["address", "postcode"].some((field) => document.getElementById(`f-${field}`)?.value.trim());
  if (known || askedForPlace) return false;
  askedForPlace = true;
  say("Where are they now? 999 and the nurse need it. Type it, then Escape and Enter; or commit again without.");
  focusField("address");
  return true;
}

export function saysWhichKeys(say) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event, answers = [...document.querySelectorAll("[data-act=answer][data-key]")];
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !lettersOn() || isWriting(target)) return;
    if (!/^[yn0-9]$/i.test(key) || answers.length < 2 || answers.some((one) => one.dataset.key.toLowerCase() === key.toLowerCase())) return;
    say(`${key.toUpperCase()} is no answer here. The keys are: ${answers.map((one) => one.textContent.trim().replace(/\s+/g, " ")).join(", ")}.`);
  });
}
