// A red flag keeps Tab to itself; a hand-over is confirmed, refused or asked for again by its own small form.
import { post } from "./post.js";

export function handOver(form, how, refresh) {
  const id = form.dataset.handOver, reference = form.elements.reference?.value ?? "";
  const body = { confirm: { reference }, refuse: { why: reference || "they will not take it" }, again: {} }[how];
  const place = document.getElementById(`reference-problem-${id}`);
  if (how === "confirm" && !reference.trim()) { place.textContent = "Type the reference that they gave you."; return; }
  post(`/api/hand-overs/${id}/${how}`, body).then(refresh).catch((error) => { place.textContent = error.message; });
}

// Tab stays within a red flag; it keeps the keys to itself
document.addEventListener("keydown", (event) => {
  const flag = document.querySelector("[role=alertdialog]");
  if (event.key !== "Tab" || !flag || !flag.contains(document.activeElement)) return;
  const stops = [...flag.querySelectorAll("button, input, [tabindex='0']")].filter((one) => !one.disabled);
  const first = stops[0], last = stops.at(-1);
  if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
});
