// The command line: every visible button with its key, every page, and the questions that need a word. It presses the
// very button, so that it can do no more than the page can (WAI-ARIA 1.2, combobox with a list that is always open).
import { post } from "./post.js";

const box = document.getElementById("command"), line = document.getElementById("command-line");
const list = document.getElementById("command-list"), said = document.getElementById("command-said");
const call = Number(document.body.dataset.call) || null;
let commands = [], shown = [], at = 0, openedBy = null, asked = 0;

const seen = (element) => element.checkVisibility();
const words = (element) => (element.dataset.keySays ?? element.getAttribute("aria-label") ?? element.textContent).replace(/\s+/g, " ").trim();

function buttons() {
  const found = [...document.querySelectorAll("[data-key]")].filter((one) => !one.closest("dialog") && one.id !== "start-command" && !one.disabled && one.getAttribute("aria-disabled") !== "true" && seen(one));
  return found.map((one) => {
    const key = one.dataset.key, says = words(one);
    const bare = one.dataset.keySays ? says : says.replace(new RegExp(`^${key.replace(/\W/g, "\\$&")}\\s+`, "i"), "");
    return { says: bare || says, key, run: () => (one.matches("input") ? one.focus() : one.click()) };
  });
}

function pages() {
  const links = [...document.querySelectorAll("header nav a")].filter((one) => one.getAttribute("aria-current") !== "page");
  return links.map((one) => ({ says: `go to ${one.textContent.trim()}`, run: () => location.assign(one.href) }));
}

function everything() {
  const found = [];
  if (call && "where" in box.dataset) found.push({ says: "Where is the nurse? What is open for this caller", run: () => where(""), stays: true });
  found.push(...buttons(), ...pages());
  if ("takes" in box.dataset && location.pathname !== "/calls") found.push({ says: "new call, already on the line", run: newCall, stays: true });
  const out = document.querySelector("form[action='/log-out'] button");
  if (out) found.push({ says: "log out", run: () => out.click() });
  return found;
}

// what begins with a verb takes the rest as its word
function spoken(text) {
  const found = /^\s*(where|w|open|o)\s+(.+)$/i.exec(text);
  if (!found || !("where" in box.dataset)) return [];
  const rest = found[2].replace(/^is\s+/i, "").trim();
  if (/^w/i.test(found[1])) return [{ says: `Where is the visit of “${rest}”?`, run: () => where(rest), stays: true }];
  return [{ says: `open the case “${rest}”`, run: () => where(rest, true), stays: true }];
}

function filter() {
  const text = line.value.trim().toLowerCase(), letter = commands.filter((one) => one.key?.toLowerCase() === text);
  const parts = text.split(/\s+/).filter(Boolean);
  const fits = commands.filter((one) => !letter.includes(one) && parts.every((part) => one.says.toLowerCase().includes(part)));
  shown = [...spoken(line.value), ...letter, ...fits];
  if (!shown.length && text.length > 1 && "where" in box.dataset) shown = [{ says: `Where is the visit of “${line.value.trim()}”?`, run: () => where(line.value.trim()), stays: true }];
  list.replaceChildren(...shown.map(drawn));
  showList(shown.length > 0);
  said.replaceChildren();
  if (!shown.length) said.textContent = "Nothing here is called that.";
  mark(0);
}

function showList(yes) {
  list.hidden = !yes;
  line.setAttribute("aria-expanded", String(yes));
  if (!yes) line.removeAttribute("aria-activedescendant");
}

function drawn(one, n) {
  const option = document.createElement("li"), says = document.createElement("span");
  option.id = `command-${n}`;
  option.setAttribute("role", "option");
  says.textContent = one.says;
  option.append(says);
  if (one.key) {
    const cap = document.createElement("kbd");
    cap.textContent = one.key;
    option.append(" ", cap);
  }
  option.addEventListener("click", () => run(one));
  return option;
}

function mark(which) {
  at = shown.length ? (which + shown.length) % shown.length : 0;
  [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
  if (shown.length) line.setAttribute("aria-activedescendant", `command-${at}`); else line.removeAttribute("aria-activedescendant");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function open() {
  if (box.open || document.querySelector("dialog[open], [role=alertdialog]")) return; // a red flag keeps the keys to itself
  openedBy = document.activeElement;
  commands = everything();
  line.value = "";
  box.showModal();
  filter();
  line.focus();
}

function close() {
  asked += 1;
  box.close();
}

function run(one) {
  if (!one) return;
  if (one.stays) { one.run(); return; }
  close();
  one.run();
}

async function where(typed, opens = false) {
  const mine = ++asked;
  said.textContent = "Looking …";
  try {
    const answer = await post("/where", { call, typed });
    if (mine !== asked) return;
    showList(false);
    said.innerHTML = answer.html;
    const links = said.querySelectorAll("a");
    if (opens && links.length === 1) links[0].click();
    line.focus(); // the next question can be typed at once; a second Enter opens nothing
  } catch (problem) { if (mine === asked) said.textContent = problem.message; }
}

async function newCall() {
  try {
    const fresh = await post("/api/calls/new");
    location.assign(`/calls/${fresh.call}`);
  } catch (problem) { said.textContent = problem.message; }
}

document.addEventListener("click", (event) => { if (event.target.closest("#start-command")) open(); });
line.addEventListener("input", filter);
document.getElementById("command-form").addEventListener("submit", (event) => { event.preventDefault(); if (!list.hidden) run(shown[at]); });
line.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && !list.hidden) { event.preventDefault(); mark(at + by); }
});
// where the focus was; a command that moved it on purpose keeps it
box.addEventListener("close", () => { if (document.activeElement === document.body && openedBy?.isConnected) openedBy.focus({ preventScroll: true }); });
// on the board “/” finds in the list; “/” again, before anything else, is the command line
document.getElementById("find")?.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.value) { event.preventDefault(); event.target.blur(); open(); }
});
