// The log-in asked for in place: the page stays as it is, and what waits goes on afterwards.
const dialog = () => document.getElementById("log-in-again");
let pending = null;

export const author = () => Number(document.body.dataset.userId);

export function prove(csrf) {
  document.querySelector("meta[name=csrf-token]").content = csrf;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
}

export function logInAgain() {
  pending ??= new Promise((resolve) => {
    const box = dialog(), form = box.querySelector("form"), problem = box.querySelector("[role=alert]");
    if (!box.open) box.showModal();
    box.oncancel = (event) => event.preventDefault(); // what is kept waits for this log-in; a reload leaves it
    form.onsubmit = async (event) => {
      event.preventDefault();
      problem.textContent = "";
      try {
        const said = await send(form);
        if (said.user !== author()) { problem.textContent = `This page belongs to ${document.body.dataset.user}: what was typed here keeps its author. You are now logged in as ${said.name}. Log in as ${document.body.dataset.user}, or open the start page.`; return; }
        prove(said.csrf);
        form.elements.password.value = "";
        box.close();
        pending = null;
        resolve();
      } catch (error) {
        problem.textContent = error.message;
        form.elements.password.select();
      }
    };
  });
  return pending;
}

async function send(form) {
  const response = await fetch("/log-in", { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)) })
    .catch(() => { throw new Error("The hub does not answer. What you typed is kept; try again in a moment."); });
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(said.problem ?? "That did not work. Try again.");
  return said;
}
