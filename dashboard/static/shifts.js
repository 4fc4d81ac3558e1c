// The plan is changed by forms; what was said of it stays in sight over the reload that shows the plan anew.
import { wireForms } from "/static/act.js";

const KEPT = "fp-plan-said";
wireForms(document);
document.addEventListener("fp-done", (event) => {
  sessionStorage.setItem(KEPT, event.detail.said ?? "");
  // the shift that was worked on may be gone: the page without it
  location.assign(event.detail.goes_to ?? location.pathname + (location.pathname === "/shifts" ? "" : location.search));
});
const words = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (words) {
  const said = document.createElement("p");
  said.className = "done-note";
  said.setAttribute("role", "status");
  document.querySelector(".shifts-head").after(said);
  said.textContent = words;
}
document.getElementById("chosen")?.querySelector("button")?.focus();
