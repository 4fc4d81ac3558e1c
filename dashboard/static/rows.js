// The list of cases: its clocks, its order, and the row under the hand, which stays where it is.
import * as clock from "/static/clock.js";

const list = document.getElementById("list"), rows = document.getElementById("rows"), heldWords = document.getElementById("held");
const HOLD_MS = 8000, MARK_MS = 6000, TWO_HOURS_MS = 7200000;
const SIZES = ["over", "near", "mid", "far"];
let touched = -HOLD_MS, pointerIn = false;

const due = (row) => Number(row.dataset.due) || Infinity;
const number = (text) => (text === "" || text === undefined ? null : Number(text));

/* clocks */
export function tick(row) {
  if (clock.isStopped()) return;
  const at = clock.now(), { start, breach, stop, due: next, moved, quiet, word } = row.dataset;
  const used = breach ? (at - start) / (breach - start) : null;
  size(row, used, number(breach), stop, at);
  for (const cell of row.ticks ??= row.querySelectorAll("[data-tick]")) {
    const kind = cell.dataset.tick;
    if (kind === "gauge") cell.dataset.n = String(Math.min(10, Math.max(0, Math.floor(used * 10))));
    else if (kind === "breach") write(cell, breach - at >= 0 ? clock.left(breach - at) : `OVER ${clock.left(at - breach)}`, breach < at ? "over-word" : "");
    else if (kind === "due") write(cell, next - at >= 0 ? `in ${clock.left(next - at)}` : `${clock.left(at - next)} late`, next < at ? "quiet" : "mute");
    else if (kind === "moved") write(cell, clock.ago(at - moved), word !== "closed" && at - moved > quiet * 1000 ? "quiet" : "");
  }
}

function write(cell, text, kind) {
  if (cell.textContent !== text) cell.textContent = text;
  if (cell.dataset.kind !== kind) cell.dataset.kind = kind;
}

// the same rule as the hub's own, so that a row grows by itself as its time runs out
function size(row, used, breach, stop, at) {
  const wanted = used === null ? "mid" : stop ? "far" : used >= 1 ? "over" : used >= 0.75 ? "near" : breach - at <= TWO_HOURS_MS ? "mid" : "far";
  if (row.classList.contains(wanted)) return;
  keeping(() => { row.classList.remove(...SIZES); row.classList.add(wanted); });
}

export function tickAll() {
  for (const row of rows.children) tick(row);
}

/* order */
for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "focusin"]) list.addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
list.addEventListener("pointerenter", () => { pointerIn = true; });
list.addEventListener("pointerleave", () => { pointerIn = false; settle(); });
list.addEventListener("focusout", () => queueMicrotask(settle));

// while somebody is in the list, and not for ever: a hand may rest on the mouse, or be gone
export function held() {
  return performance.now() - touched < HOLD_MS && (pointerIn || list.contains(document.activeElement));
}

function anchor() {
  return document.activeElement?.closest?.("#rows > tr") ?? (pointerIn ? rows.querySelector("tr:hover") : null);
}

// whatever changes, the row that a person is on stays where it is on the screen
export function keeping(change) {
  const row = anchor(), focus = document.activeElement, before = row?.getBoundingClientRect().top;
  change();
  if (!row?.isConnected) return;
  const by = row.getBoundingClientRect().top - before;
  if (by) list.scrollTop += by;
  if (focus !== document.activeElement && focus?.isConnected) focus.focus({ preventScroll: true });
}

function placeFor(row) {
  const all = rows.children;
  let low = 0, high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (due(all[middle]) <= due(row)) low = middle + 1; else high = middle;
  }
  return low;
}

function inOrder(row) {
  const before = row.previousElementSibling, after = row.nextElementSibling;
  return (!before || due(before) <= due(row)) && (!after || due(row) <= due(after));
}

export function add(row) {
  tick(row);
  const here = anchor();
  // above the row under the hand it would push that row away, so it waits at the end with its mark
  if (held() && here && due(row) < due(here)) rows.append(row);
  else keeping(() => rows.insertBefore(row, rows.children[placeFor(row)] ?? null));
  mark(row);
  sayHeld();
}

export function moved(row) {
  if (inOrder(row)) return;
  if (held()) { sayHeld(); return; }
  keeping(() => { row.remove(); rows.insertBefore(row, rows.children[placeFor(row)] ?? null); });
}

export function settle() {
  if (held()) { sayHeld(); return; }
  const want = [...rows.children].sort((a, b) => due(a) - due(b));
  if (want.some((row, i) => rows.children[i] !== row)) {
    keeping(() => want.forEach((row, i) => { if (rows.children[i] !== row) rows.insertBefore(row, rows.children[i]); }));
  }
  sayHeld();
}

function sayHeld() {
  const wait = held() ? outOfOrder() : 0;
  heldWords.hidden = !held();
  const words = `order held while you are on the list${wait ? ` · ${wait} ${wait === 1 ? "row" : "rows"} will move` : ""}`;
  if (!heldWords.hidden && heldWords.textContent !== words) heldWords.textContent = words;
}

// how many rows stand elsewhere than they would: all but the longest run that is in order
function outOfOrder() {
  const ends = [];
  for (const row of rows.children) {
    const value = due(row);
    let low = 0, high = ends.length;
    while (low < high) { const middle = (low + high) >> 1; if (ends[middle] <= value) low = middle + 1; else high = middle; }
    ends[low] = value;
  }
  return rows.children.length - ends.length;
}

/* marks, and moving about by keys */
export function mark(row) {
  row.classList.add("changed");
  clearTimeout(row.unmark);
  row.unmark = setTimeout(() => row.classList.remove("changed"), MARK_MS);
}

const shown = () => [...rows.children].filter((row) => !row.hidden);

export function step(by) {
  const all = shown(), at = all.findIndex((row) => row.contains(document.activeElement) || row.classList.contains("here"));
  const row = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  row?.querySelector("a").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

// the focus is never lost: it goes to the next row, or to the list
export function remove(row) {
  const had = row.contains(document.activeElement), next = row.nextElementSibling ?? row.previousElementSibling;
  if (had) (next?.querySelector("a") ?? list).focus({ preventScroll: true });
  keeping(() => row.remove());
}

export function fits(row, text) {
  const shown = row.textContent.toLowerCase();
  return text.trim().toLowerCase().split(/\s+/).every((word) => shown.includes(word));
}

export function find(text) {
  for (const row of rows.children) row.hidden = !fits(row, text);
  return shown().length;
}
