// "Saved" is the hub's word alone; while the hub is away the page says since when, and where it is kept.
import { $, now, problem } from "./on-call.js";
import { atClock, hubNow } from "./ticking.js";

export function saved(at, left) {
  const status = $("saved");
  if (status.classList.contains("live--stale")) $("announce").textContent = "The hub is back; saved.";
  status.classList.remove("live--stale");
  status.textContent = left ? "saving …" : `saved ${atClock(at)}`;
  if (!left) hubIsHere();
}

export function saving() {
  if (!$("saved").classList.contains("live--stale")) $("saved").textContent = "saving …";
}

export function away(since, safe) {
  const status = $("saved"), kept = safe ? "kept on this computer" : "kept in this tab alone: do not close it";
  const words = `NOT SAVED to the hub since ${atClock(hubNow() - (Date.now() - since)).slice(0, 5)}, ${kept}`;
  if (!status.classList.contains("live--stale")) $("announce-now").textContent = words; // once, not at every try
  status.classList.add("live--stale");
  if (status.textContent !== words) status.textContent = words;
  hubIsAway();
}

export function hubIsAway() {
  $("no-support").hidden = false;
  document.body.classList.add("away");
  if (now.waiting) problem("Your answer is kept on this computer. The next question comes when the hub is back.");
}

export function hubIsHere() {
  $("no-support").hidden = true;
  document.body.classList.remove("away");
}
