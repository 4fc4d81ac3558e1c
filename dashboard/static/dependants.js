// S20, on the call screen: who looks after those who depend on them, said in words. The page follows by its own poll.
import { post } from "./post.js";

document.addEventListener("submit", async (event) => {
  const form = event.target, id = form.dataset.depends;
  if (!id) return;
  event.preventDefault();
  const answer = (event.submitter ?? form.querySelector("button")).value, line = form.querySelector(".error");
  try {
    await post(`/api/cases/${id}/dependants`, { answer, words: form.elements.words.value });
    form.elements.words.blur();
    line.textContent = "";
    form.querySelector("label").textContent = "Kept.";
  } catch (error) { line.textContent = error.message; }
});
