// Two small questions of the call screen: more urgent by hand (S10), and "this triage felt wrong".
import { post } from "./post.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

for (const form of document.querySelectorAll("dialog form[data-to]")) {
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "send") return;
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.textContent = "";
    try {
      const said = await post(form.dataset.to, Object.fromEntries(new FormData(form)));
      form.reset();
      form.closest("dialog").close();
      document.getElementById("note-said").textContent = said.said;
    } catch (error) { problem.textContent = error.message; }
  });
}
