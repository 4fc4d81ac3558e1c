// What the list does not have is looked for in all cases: asked of the hub by a post, shown in place of nothing.
import { post } from "/static/post.js";

const all = document.getElementById("find-all"), shown = document.getElementById("found"), said = document.getElementById("found-said");
let asked = 0;

// offered for as long as the list has nothing that fits
export function offer(text, n) {
  if (!all) return;
  all.hidden = n > 0 || text.trim().length < 3;
  if (all.hidden) { shown.hidden = true; shown.replaceChildren(); said.textContent = ""; }
}

export const isOffered = () => all !== null && !all.hidden;

export async function look(text) {
  const mine = ++asked;
  let html;
  try {
    ({ html } = await post("/find", { typed: text }));
  } catch (problem) {
    if (mine === asked) said.textContent = problem.message;
    return;
  }
  if (mine !== asked || all.hidden) return;
  said.textContent = "";
  const into = document.createElement("template");
  into.innerHTML = html;
  shown.replaceChildren(into.content);
  shown.hidden = false;
  (shown.querySelector("a") ?? shown).focus();
}
