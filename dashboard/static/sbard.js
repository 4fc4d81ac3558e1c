// The summary for a hand-over: asked for anew each time it is opened, to read aloud or to copy as plain text.
const box = document.getElementById("sbard"), parts = document.getElementById("sbard-parts"), copied = document.getElementById("sbard-copied");
let text = "", openedBy = null;

async function open(id, by) {
  openedBy = by;
  text = "";
  parts.textContent = "Asking the hub …";
  copied.textContent = "";
  box.showModal();
  document.getElementById("sbard-title").focus();
  try {
    const response = await fetch(`/api/cases/${id}/sbard`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
    const said = await response.json();
    if (!response.ok) throw new Error(said.problem);
    text = said.text;
    parts.replaceChildren(...said.parts.map(part));
  } catch (error) { parts.textContent = `${error.message || "The hub did not answer."} Read from what you have typed.`; }
}

function part([title, lines]) {
  const one = document.createElement("section"), heading = document.createElement("h3"), list = document.createElement("ul");
  heading.textContent = title;
  for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
  one.append(heading, list);
  return one;
}

async function copy() {
  try {
    await navigator.clipboard.writeText(text);
    copied.textContent = "Copied as plain text.";
  } catch {
    getSelection().selectAllChildren(parts);
    copied.textContent = "This browser does not let us copy: it is selected now, press Ctrl and C.";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sbard]");
  if (button) open(button.dataset.sbard, button);
});
document.getElementById("sbard-copy").addEventListener("click", copy);
document.getElementById("sbard-close").addEventListener("click", () => box.close());
box.addEventListener("close", () => { if (openedBy?.isConnected) openedBy.focus({ preventScroll: true }); });
