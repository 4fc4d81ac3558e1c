// People are found by a post, so that nothing of theirs stands in an address; what was said of a form stays in sight over
// the reload that shows the record anew.
import { wireForms } from "/static/act.js";
import { post } from "/static/post.js";

const KEPT = "fp-person-said";
wireForms(document);
document.addEventListener("fp-done", ({ detail }) => {
  sessionStorage.setItem(KEPT, detail.said ?? "");
  location.assign(detail.goes_to ?? location.pathname);
});
const shown = document.getElementById("person-said"), words = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (shown && words) setTimeout(() => { shown.textContent = words; });
document.getElementById("to-add")?.addEventListener("click", () => document.getElementById("add-kind").focus());

const form = document.getElementById("find-people"), found = document.getElementById("people-found"), said = document.getElementById("people-said");
document.getElementById("to-find")?.addEventListener("click", () => form.elements.name.focus());
let asked = 0;
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const mine = ++asked;
  said.textContent = "";
  try {
    const answer = await post("/people/search", Object.fromEntries(new FormData(form)));
    if (mine !== asked) return;
    const into = document.createElement("template");
    into.innerHTML = answer.html;
    found.replaceChildren(into.content);
    said.textContent = Object.values(answer.look_again).map((one) => `Not looked for: ${one}`).join(" ");
    (found.querySelector("a") ?? found).focus();
  } catch (problem) {
    if (mine === asked) said.textContent = problem.message;
  }
});
