// The hand-over list: it is accepted once every urgent case is ticked; the hub looks at the ticks again.
import { live, wireForms } from "/static/act.js";
import { post } from "/static/post.js";

function ticksOf(section) {
  const boxes = [...section.querySelectorAll("[data-tick-case]")], left = boxes.filter((box) => !box.checked).length;
  const button = section.querySelector("[data-accept]"), words = section.querySelector("[data-left]");
  if (left) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
  words.textContent = left ? `${left} urgent ${left === 1 ? "case" : "cases"} to tick first` : "";
  return boxes.filter((box) => box.checked).map((box) => Number(box.dataset.tickCase));
}

async function accept(button) {
  const section = button.closest("[data-list]"), said = section.querySelector(".error");
  if (!live(button)) { section.querySelector("[data-tick-case]:not(:checked)")?.focus(); return; }
  button.setAttribute("aria-disabled", "true");
  try {
    await post(`/hand-over/${button.dataset.accept}/accept`, { ticked: ticksOf(section) });
    location.reload();
  } catch (problem) {
    said.textContent = problem.message;
    ticksOf(section);
  }
}

for (const section of document.querySelectorAll("[data-list]")) {
  ticksOf(section);
  section.addEventListener("change", () => ticksOf(section));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-accept]");
  if (button) accept(button);
});
wireForms(document);
document.addEventListener("fp-done", () => location.reload());
