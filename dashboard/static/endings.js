// How a call and its case end: a choice by one letter, then what that way must know. Refusals stand in place; what was
// typed stays until the hub has it.
import { drop, fillFrom, keep, ticked } from "./ending-drafts.js";
import { post } from "./post.js";

const box = document.getElementById("ending");
const pane = (name) => box.querySelector(`[data-pane="${name}"]`);
let about = { case: 0, call: null, onLine: false }, done = () => {}, openedBy = null;

function show(name) {
  for (const one of box.querySelectorAll("[data-pane]")) one.hidden = one.dataset.pane !== name;
  box.dataset.at = name;
  const heading = pane(name).querySelector("h2");
  box.setAttribute("aria-labelledby", heading.id ||= `ending-${name}`);
  const first = name === "menu" && about.onLine ? box.querySelector("[data-ending=call]") : pane(name).querySelector("input");
  const typed = first && name !== "advice" && !first.matches("[type=radio], [type=checkbox]"); // letters and digits choose first
  (typed ? first : heading).focus(); // and no way is begun by Enter alone
}

function say(words) {
  pane(box.dataset.at).querySelector(".error").textContent = words;
}

export function openEnding(what, after, drafts = null) {
  if (about.case !== what.case) {
    for (const form of box.querySelectorAll("form")) form.reset();
    fillFrom(drafts);
  }
  about = what;
  done = after ?? done;
  openedBy = document.activeElement;
  document.getElementById("ending-about").textContent = what.ref ? `Case ${what.ref}` : "";
  box.querySelector("[data-ending=call]").hidden = !what.onLine;
  document.getElementById("ending-next").hidden = !what.call;
  for (const line of box.querySelectorAll(".error")) line.textContent = "";
  box.showModal();
  show("menu");
}

function close() {
  box.close();
  if (openedBy?.isConnected) openedBy.focus({ preventScroll: true });
}

async function safetyNet() {
  const place = document.getElementById("end-advice"), before = new Set([...ticked(pane("advice")), ...[...place.querySelectorAll(":checked")].map((one) => one.value)]);
  place.textContent = "Asking which sentences …";
  try {
    const response = await fetch(`/api/cases/${about.case}/safety-net`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
    const said = await response.json();
    if (!response.ok) throw new Error(said.problem);
    place.replaceChildren(...said.words.map((words, nth) => tick(words, String(nth + 1), before.has(words))));
  } catch (error) { place.textContent = ""; say(error.message || "The hub did not answer. Go back and try again."); }
}

function tick(words, key, checked) {
  const label = document.createElement("label"), input = document.createElement("input"), cap = document.createElement("kbd");
  Object.assign(input, { type: "checkbox", name: "said", value: words, checked });
  if (key.length === 1) { input.dataset.key = key; cap.textContent = key; cap.className = "letter"; }
  label.append(input, " ", cap, ` ${words}`);
  return label;
}

function bodyOf(form) {
  const body = { call: about.call };
  for (const [name, value] of new FormData(form)) if (name !== "said") body[name] = value.trim();
  if (form.dataset.pane === "advice") body.said = [...form.querySelectorAll("[name=said]:checked")].map((one) => one.value);
  return body;
}

let sending = false;
async function send(path, body, form) {
  if (sending) return;
  sending = true;
  say("");
  try {
    const said = await post(path, body);
    form?.reset();
    await drop(form);
    document.getElementById("ending-said").textContent = said.said ?? "The call has ended.";
    if (about.call && said.case && said.case !== about.case) { location.assign(location.pathname); return; }
    show("done");
    document.getElementById(about.call ? "ending-next" : "ending-said").focus();
    done(said);
  } catch (error) { say(error.message); } finally { sending = false; }
}

function choose(way) {
  if (way === "close") return close();
  if (way === "menu") return show("menu");
  if (way === "all-said") { for (const one of box.querySelectorAll("[name=said]")) one.checked = true; return keep(pane("advice")); }
  if (way === "call") { close(); return done({ endCall: true }); }
  if (way === "wrong-number") return send(`/api/cases/${about.case}/${way}`, { call: about.call });
  show(way);
  return way === "advice" ? safetyNet() : undefined;
}

box.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ending]");
  if (button && !button.disabled) choose(button.dataset.ending);
});
box.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  send(`/api/cases/${about.case}/${form.dataset.pane}`, bodyOf(form), form);
});
box.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (["menu", "done"].includes(box.dataset.at)) close(); else show("menu");
});

// from a case's panel, where no call is on the line; the board's feed brings what became of it
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ends-case]");
  if (button && button.getAttribute("aria-disabled") !== "true") openEnding({ case: Number(button.dataset.endsCase), ref: button.dataset.ref, call: null, onLine: false }, () => {});
});
