// A shortcut presses the visible button that carries it (data-key): one rule for every page (WCAG 2.1.4).
// Letters never act in text fields, with Ctrl or Meta, on repeat or while composing. F2 switches them off and on.
const WRITES = "input:not([type=button],[type=submit],[type=checkbox],[type=radio]), textarea, select, [contenteditable]";
const KEEPS_ENTER = `button, a, summary, ${WRITES}`;

// A key pressed twice must not reach the action that has just come up.
export const STEADY_MS = 500;

export const lettersOn = () => localStorage.getItem("fp-keys") !== "off";

export function isWriting(element) {
  return element instanceof Element && element.matches(WRITES);
}

function visible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function wanted(event) {
  const scope = document.querySelector("dialog[open]") ?? document.querySelector("[role=alertdialog]:not([hidden])") ?? document;
  // Alt changes the letter on some keyboards, so the key itself is asked
  const key = (event.altKey ? event.code.replace(/^Key|^Digit/, "") : event.key).toLowerCase();
  return [...scope.querySelectorAll("[data-key]")].find((button) => button.dataset.key.toLowerCase() === key && !button.disabled && visible(button));
}

function leave(field) {
  (field.closest("[data-escape-to]") ?? document.getElementById("main"))?.focus({ preventScroll: true });
  if (document.activeElement === field) field.blur();
}

function pressed(event) {
  const { target, key } = event;
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey) return;
  if (key === "F2") { event.preventDefault(); switchLetters(); return; }
  if (document.querySelector("dialog[open]") && key === "Escape") return; // the browser closes the dialog
  if (isWriting(target) && key === "Escape" && !target.dataset.key) { leave(target); return; }
  if (key.length === 1 && !event.altKey && (!lettersOn() || isWriting(target))) return;
  if (key === "Enter" && target.matches?.(KEEPS_ENTER)) return;
  if (key.length > 1 && isWriting(target) && key !== "Escape") return;
  const button = wanted(event);
  if (!button) return;
  event.preventDefault();
  if (isWriting(button)) button.focus(); else button.click();
}

function switchLetters() {
  localStorage.setItem("fp-keys", lettersOn() ? "off" : "on");
  showLetters();
  document.dispatchEvent(new CustomEvent("fp-keys", { detail: lettersOn() }));
}

function showLetters() {
  document.body.classList.toggle("letters-off", !lettersOn());
  for (const shown of document.querySelectorAll("[data-letters]")) shown.textContent = lettersOn() ? "letters on" : "letters off";
}

function showAll() {
  const list = document.getElementById("key-list"), seen = new Set();
  list.replaceChildren();
  for (const button of document.querySelectorAll("[data-key]")) {
    const key = button.dataset.key;
    if (seen.has(key) || !visible(button)) continue;
    seen.add(key);
    const term = document.createElement("dt"), words = document.createElement("dd"), cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    words.textContent = button.dataset.keySays ?? button.getAttribute("aria-label") ?? button.textContent.replace(key, "").trim();
    list.append(term, words);
  }
  document.getElementById("all-keys").showModal();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shows-keys]")) showAll();
  if (event.target.closest("[data-switches-letters]")) switchLetters();
});
showLetters();
