// Finds a protocol by a few letters: the others step aside, Enter takes the one that is marked, the arrows move the mark.
const words = (text) => text.toLocaleLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const shown = () => [...document.querySelectorAll(".chooses [data-about]")].filter((one) => !one.hidden);

function mark(at) {
  const all = shown();
  for (const [nth, one] of all.entries()) one.classList.toggle("first-hit", nth === at);
  const said = document.getElementById("found-protocol");
  if (said) said.textContent = all[at] ? `Enter: ${all[at].dataset.about}` : "none is called that";
}

function find(typed) {
  const wanted = words(typed);
  for (const one of document.querySelectorAll(".chooses [data-about]")) {
    const has = words(one.dataset.about);
    one.classList.remove("first-hit");
    one.hidden = !wanted.every((part) => has.some((word) => word.startsWith(part)));
  }
  if (wanted.length) mark(0); else document.getElementById("found-protocol").textContent = "";
}

document.addEventListener("input", ({ target }) => { if (target.id === "find-protocol") find(target.value); });
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "find-protocol" || event.isComposing) return;
  const all = shown(), at = all.findIndex((one) => one.classList.contains("first-hit"));
  if (event.key === "Enter") { event.preventDefault(); if (at >= 0) all[at].click(); }
  if (["ArrowDown", "ArrowUp"].includes(event.key)) { event.preventDefault(); if (all.length) mark((at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length); }
  if (event.key === "Escape") { event.target.value = ""; find(""); }
});
