// Places that begin with what is typed stand under the field, to be chosen by arrows and Enter. It is a list to help
// (WAI-ARIA 1.2, combobox with list autocomplete): the field keeps what was typed until one is chosen, and without a hub
// it is a plain field.
import { post } from "./post.js";

const STEADY_MS = 120;

export function findPlaces(field, say) {
  const list = document.getElementById(field.getAttribute("aria-controls")), note = document.getElementById(`n-${field.dataset.field}`);
  let asked = 0, timer = 0, at = -1, choosing = false;
  const options = () => [...list.children];
  const isOpen = () => !list.hidden;

  function close() {
    asked += 1; // what is still under way comes too late
    clearTimeout(timer);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(which) {
    at = which;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options()[at].id);
    options()[at]?.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    const mine = ++asked;
    const found = await post("/api/places", { typed: field.value }).catch(() => null); // no hub, no list
    if (mine !== asked) return;
    note.textContent = found?.is_unlisted ? "Not in the list; kept as typed." : "";
    if (note.textContent) say(note.textContent);
    if (document.activeElement === field) show(found?.choices ?? []);
  }

  function show(choices) {
    list.replaceChildren(...choices.map(drawn));
    mark(-1);
    list.hidden = !choices.length;
    field.setAttribute("aria-expanded", String(isOpen()));
    if (isOpen()) say(`${choices.length === 1 ? "1 place" : `${choices.length} places`} found. Down arrow to choose.`);
  }

  function drawn({ postcode, where }, n) {
    const option = document.createElement("li"), code = document.createElement("b"), words = document.createElement("span");
    option.id = `${list.id}-${n}`;
    option.setAttribute("role", "option");
    option.dataset.postcode = postcode;
    code.textContent = postcode;
    words.textContent = where;
    option.append(code, " ", words);
    return option;
  }

  function choose(option) {
    choosing = true;
    field.value = option.dataset.postcode;
    field.dispatchEvent(new Event("input", { bubbles: true })); // it is kept the way that typing is
    choosing = false;
    note.textContent = "";
    say(`${option.textContent} chosen.`);
    close();
  }

  const keys = {
    ArrowDown: () => { if (isOpen()) mark((at + 1) % options().length); else ask(); },
    ArrowUp: () => mark(at <= 0 ? options().length - 1 : at - 1),
    Enter: () => choose(options()[at]),
    Escape: close,
  };

  function isOurs({ key, altKey, ctrlKey, metaKey, isComposing }) {
    if (isComposing || altKey || ctrlKey || metaKey || !(key in keys)) return false;
    return isOpen() ? key !== "Enter" || at >= 0 : key === "ArrowDown";
  }

  field.addEventListener("keydown", (event) => {
    if (isOurs(event)) {
      event.preventDefault();
      event.stopImmediatePropagation(); // this Enter does not go on to the next field, this Escape does not leave
      keys[event.key]();
    } else if (event.key === "Enter") close();
  });
  field.addEventListener("input", () => {
    if (choosing) return;
    close();
    timer = setTimeout(ask, STEADY_MS);
  });
  field.addEventListener("blur", () => { close(); if (field.value) ask(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) choose(option); });
  if (field.value) ask();
}
