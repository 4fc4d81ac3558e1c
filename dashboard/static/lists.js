// The lists of a page that follows the feed: one event is put in its place; the whole, taken afresh, is laid over them.
import * as clock from "/static/clock.js";
import { parse, patch, remember } from "/static/patch.js";
import * as list from "/static/rows.js";

const $ = (id) => document.getElementById(id);
const GROUPS = { "taking the call": "triage", seeking: "seeking", offered: "seeking", accepted: "accepted", travelling: "travelling", "at door": "there", "no access": "there", "with them": "there", "call-back": "other", "handing over": "other", held: "other", "to finish": "other" };
const LATELY = 4;
const rows = $("rows"), lists = { alarms: $("alarms"), taken: $("taken"), tasks: $("tasks"), calls: $("calls") };
let added = () => {};

// what the page does with a new row before it is shown
export function whenAdded(act) { added = act; }
export { lists };

export function apply(message) {
  const old = $(message.id);
  if (message.topic === "case") applyCase(message, old); else applyItem(message, old);
}

function applyCase(message, old) {
  if (message.gone) { if (old) list.remove(old); lately(message, old); return; }
  const next = parse(message.html);
  remember(next);
  if (!old) { added(next); list.add(next); lately(message, next); return; }
  const word = old.dataset.word, wasDue = old.dataset.due;
  patch(old, next);
  old.ticks = null;
  list.tick(old);
  list.mark(old);
  if (wasDue !== old.dataset.due) list.moved(old);
  if (word !== old.dataset.word) lately(message, old);
}

function applyItem(message, old) {
  list.keeping(() => {
    if (message.gone) { if (old) takeAway(old); return; }
    const next = parse(message.html), into = lists[next.dataset.list];
    if (!into) return;
    remember(next);
    if (old && old.parentElement === into) { patch(old, next); agoAll(old); return; }
    if (old) takeAway(old);
    into.insertBefore(next, [...into.children].find((other) => before(next, other)) ?? null);
    agoAll(next);
  });
}

function before(a, b) {
  const by = Number(a.dataset.order) - Number(b.dataset.order) || Number(a.dataset.opened) - Number(b.dataset.opened);
  return by < 0;
}

// what somebody is typing into is not torn away: it says what has happened, and goes when they leave it
function takeAway(item) {
  if (!item.contains(document.activeElement)) { item.remove(); return; }
  if (item.querySelector("input.field")?.value) {
    item.classList.add("gone");
    item.id = "";
    const said = item.querySelector(".error");
    if (said) said.textContent = "Somebody has done this meanwhile. What you typed was not sent.";
    item.addEventListener("focusout", ({ relatedTarget }) => { if (!item.contains(relatedTarget)) item.remove(); });
    return;
  }
  const beside = item.nextElementSibling ?? item.previousElementSibling;
  (beside?.querySelector("button, a, input") ?? beside?.closest("[tabindex]") ?? $("list")).focus({ preventScroll: true });
  item.remove();
}

// the whole, taken afresh from `address` and laid over what is shown; what `state` says of it, and the crew, come back
export async function takeAfresh(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!response.ok) throw new Error(`snapshot ${response.status}`);
  const whole = document.createElement("template");
  whole.innerHTML = await response.text();
  const fresh = (name) => whole.content.querySelector(`[data-region=${name}]`).content;
  for (const row of [...rows.children]) if (!fresh("rows").getElementById(row.id)) list.remove(row);
  for (const row of [...fresh("rows").children]) applyCase({ html: row.outerHTML, quiet: true }, $(row.id));
  for (const name of Object.keys(lists)) {
    if (!lists[name]) continue;
    for (const item of [...lists[name].children]) if (!fresh(name).getElementById(item.id)) takeAway(item);
    for (const item of [...fresh(name).children]) applyItem({ html: item.outerHTML }, $(item.id));
  }
  const said = whole.content.getElementById("snapshot").dataset;
  return { cursor: Number(said.cursor), epoch: said.epoch, more: Number(said.more), crew: fresh("crew").firstElementChild.outerHTML };
}

/* what stands around the lists */
export function say(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

export function countRows() {
  const found = { triage: 0, seeking: 0, accepted: 0, travelling: 0, there: 0, other: 0, over: 0, waiting: lists.calls.children.length };
  for (const row of rows.children) {
    found[GROUPS[row.dataset.word] ?? "other"] += 1;
    if (row.classList.contains("over")) found.over += 1;
  }
  for (const [name, n] of Object.entries(found)) {
    const cell = document.querySelector(`[data-count=${name}]`);
    if (!cell) continue;
    say(cell.querySelector("b"), n);
    cell.classList.toggle("bad", n > 0 && (name === "over" || name === "waiting"));
  }
  $("no-rows").hidden = rows.children.length > 0;
}

export function standard(crew) {
  say(document.querySelector("[data-count=standard] b"), crew.dataset.standard);
  say($("standard-of"), crew.dataset.of);
}

export function longestCall() {
  const oldest = Math.min(...[...lists.calls.children].map((call) => Number(call.dataset.at)));
  say($("longest"), Number.isFinite(oldest) ? `longest ${clock.minutesSeconds(clock.now() - oldest)}` : "");
}

export function agoAll(root) {
  if (clock.isStopped()) return;
  for (const shown of root.querySelectorAll("[data-ago]")) say(shown, clock.ago(clock.now() - shown.dataset.ago));
}

// what happened, in a sentence: who did it, where the row says who
const SENTENCES = {
  offered: (ref, who) => `${ref} offered${who ? ` to ${who}` : ""}`,
  accepted: (ref, who) => (who ? `${who} accepted ${ref}` : `${ref} accepted`),
  travelling: (ref, who) => (who ? `${who} travelling to ${ref}` : `travelling to ${ref}`),
  "at door": (ref, who) => (who ? `${who} at the door, ${ref}` : `at the door, ${ref}`),
  "no access": (ref, who) => `no access, ${ref}${who ? ` (${who})` : ""}`,
  "with them": (ref, who) => `${who || "care"} began care, ${ref}`.replace("care began care", "care began"),
  seeking: (ref) => `looking for somebody, ${ref}`,
  "taking the call": (ref) => `${ref}: a call is taken`,
  "call-back": (ref) => `${ref} waits for a call-back`,
  "handing over": (ref) => `${ref} is handed over`,
  held: (ref) => `${ref} is held`,
  "to finish": (ref) => `visit over, ${ref}: say how it ended`,
};

function lately(message, row) {
  if (message.quiet || !row) return;
  const ref = row.querySelector("th a").textContent, word = row.dataset.word;
  const who = row.querySelector(".c-who").textContent.replace(/→ ?/g, "").replace(/ · [^,]+/g, "").replace(/^(–|nobody yet)$/, "");
  const line = document.createElement("span"), at = document.createElement("b");
  at.textContent = clock.clockSeconds(clock.now());
  line.append(at, ` ${message.gone ? `${ref} closed` : SENTENCES[word]?.(ref, who) ?? `${ref} ${word}`}`);
  $("lately").prepend(line);
  while ($("lately").children.length > LATELY) $("lately").lastElementChild.remove();
}

for (const element of [...rows.children, ...Object.values(lists).flatMap((one) => (one ? [...one.children] : []))]) remember(element);
