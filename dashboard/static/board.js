// The live board: what the feed brings is put in its place, and nothing moves under anybody's hand.
import * as clock from "/static/clock.js";
import { follow } from "/static/feed.js";
import { caseChanged, closeCase, openCase, openId, wirePanel } from "/static/case.js";
import { parse, patch, remember } from "/static/patch.js";
import { post } from "/static/post.js";
import * as list from "/static/rows.js";
import { sound } from "/static/sound.js";
import { live, setStale, wireForms } from "/static/act.js";
import { isWriting } from "/static/keys.js";

const $ = (id) => document.getElementById(id);
const rows = $("rows"), lists = { alarms: $("alarms"), taken: $("taken"), tasks: $("tasks"), calls: $("calls") };
const GROUPS = { "taking the call": "triage", seeking: "seeking", offered: "seeking", accepted: "accepted", travelling: "travelling", "at door": "there", "no access": "there", "with them": "there", "call-back": "other", "handing over": "other", held: "other", "to finish": "other" };
const LATELY = 4;
let more = Number($("snapshot")?.dataset.more ?? 0);

/* one event */
function apply(message) {
  if (message.topic === "crew") { crew(message.html); return; }
  const old = $(message.id);
  if (message.topic === "case") applyCase(message, old); else applyItem(message, old);
  if (message.topic === "case") caseChanged(message.id.slice(5));
  count();
}

function applyCase(message, old) {
  if (message.gone) { if (old) list.remove(old); lately(message, old); return; }
  const next = parse(message.html);
  remember(next);
  if (!old) { next.hidden = $("find").value !== ""; list.add(next); find(); lately(message, next); return; }
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

/* the whole, taken afresh and laid over what is shown */
async function snapshot() {
  const response = await fetch("/board/snapshot", { headers: { Accept: "text/html" }, redirect: "error" });
  if (!response.ok) throw new Error(`snapshot ${response.status}`);
  const whole = document.createElement("template");
  whole.innerHTML = await response.text();
  const fresh = (name) => whole.content.querySelector(`[data-region=${name}]`).content;
  const said = whole.content.getElementById("snapshot").dataset;
  more = Number(said.more);
  for (const row of [...rows.children]) if (!fresh("rows").getElementById(row.id)) list.remove(row);
  for (const row of [...fresh("rows").children]) applyCase({ html: row.outerHTML, topic: "case", quiet: true }, $(row.id));
  for (const name of Object.keys(lists)) {
    if (!lists[name]) continue;
    for (const item of [...lists[name].children]) if (!fresh(name).getElementById(item.id)) takeAway(item);
    for (const item of [...fresh(name).children]) applyItem({ html: item.outerHTML }, $(item.id));
  }
  crew(fresh("crew").firstElementChild.outerHTML);
  if (openId()) caseChanged(openId());
  count();
  return { cursor: Number(said.cursor), epoch: said.epoch };
}

/* what stands around the list */
function crew(html) {
  const shown = $("crew"), next = parse(html), focus = document.activeElement?.closest?.("#crew tr")?.id;
  if (shown.outerHTML === next.outerHTML) return;
  shown.replaceWith(next);
  $("crew-summary").textContent = next.dataset.summary;
  if (focus) ($(focus)?.querySelector("a") ?? $("crew-list")).focus({ preventScroll: true });
}

function count() {
  const found = { triage: 0, seeking: 0, accepted: 0, travelling: 0, there: 0, other: 0, over: 0, waiting: lists.calls.children.length };
  for (const row of rows.children) {
    found[GROUPS[row.dataset.word] ?? "other"] += 1;
    if (row.classList.contains("over")) found.over += 1;
  }
  for (const [name, n] of Object.entries(found)) {
    const cell = document.querySelector(`[data-count=${name}]`), shown = cell.querySelector("b");
    if (shown.textContent !== String(n)) shown.textContent = n;
    cell.classList.toggle("bad", n > 0 && (name === "over" || name === "waiting"));
  }
  howMany();
  $("no-rows").hidden = rows.children.length > 0;
  $("taken-pane").hidden = lists.taken.children.length === 0;
  if (lists.tasks) {
    const waiting = lists.tasks.querySelectorAll(":scope > :not(.gone)").length;
    say($("humans-count"), waiting);
    $("no-tasks").hidden = waiting > 0;
    $("to-humans").hidden = waiting === 0 || !openId();
    say($("to-humans-words"), `◆ ${waiting} ${waiting === 1 ? "needs" : "need"} a human`);
  }
}

function say(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

function lately(message, row) {
  if (message.quiet || !row) return;
  const line = document.createElement("span"), at = document.createElement("b");
  at.textContent = clock.clockSeconds(clock.now());
  line.append(at, ` ${row.querySelector("th a").textContent} ${message.gone ? "closed" : row.dataset.word}`);
  $("lately").prepend(line);
  while ($("lately").children.length > LATELY) $("lately").lastElementChild.remove();
}

function agoAll(root) {
  if (clock.isStopped()) return;
  for (const shown of root.querySelectorAll("[data-ago]")) say(shown, clock.ago(clock.now() - shown.dataset.ago));
}

function tick() {
  clock.tickClock();
  if (!clock.isStopped()) {
    list.tickAll();
    agoAll(document);
    const oldest = Math.min(...[...lists.calls.children].map((call) => Number(call.dataset.at)));
    say($("longest"), Number.isFinite(oldest) ? `longest ${clock.minutesSeconds(clock.now() - oldest)}` : "");
  }
  list.settle();
  count();
  sound(lists.alarms.children.length > 0);
}

/* by hand */
function find() {
  list.find($("find").value);
  howMany();
}

// a filter that hides open cases says so for as long as it does
function howMany() {
  const all = rows.children.length, hides = $("find").value.trim() !== "", n = hides ? [...rows.children].filter((row) => !row.hidden).length : all;
  say($("how-many"), hides ? `▼ ${n} of ${all} shown; Esc shows all` : `${all}${more ? ` of ${all + more}` : ""}, what is due next first`);
  $("how-many").classList.toggle("hides", hides);
}

function showAll() {
  $("find").value = "";
  find();
}

async function take(button) {
  button.setAttribute("aria-disabled", "true");
  try {
    await post(`/api/alarms/${button.dataset.take}/take`);
  } catch (problem) {
    const said = $("gone-away");
    said.textContent = problem.message;
    said.hidden = false;
    setTimeout(() => { said.hidden = true; }, 8000);
    if (button.isConnected) button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("click", (event) => {
  const take_ = event.target.closest("[data-take]"), move = event.target.closest("[data-move]"), link = event.target.closest("a[data-open]");
  if (take_ && live(take_)) take(take_);
  if (move) list.step(Number(move.dataset.move));
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    openCase(link.dataset.open, link);
    count();
  }
});
$("to-humans").addEventListener("click", () => {
  closeCase();
  ($("tasks").querySelector("input, a") ?? $("tasks")).focus();
});
$("find").addEventListener("input", find);
document.addEventListener("keydown", (event) => { // a case that is open beside the list is closed first, by its own button
  if (event.key === "Escape" && !event.defaultPrevented && $("find").value && !openId() && !document.querySelector("dialog[open]") && !isWriting(event.target)) showAll();
});
$("find").addEventListener("keydown", (event) => {
  if (event.key === "Escape" || event.key === "Enter") {
    event.preventDefault();
    if (event.key === "Escape") showAll();
    list.step(1);
  }
});

for (const element of [...rows.children, ...Object.values(lists).flatMap((one) => (one ? [...one.children] : []))]) remember(element);
say($("crew-summary"), $("crew").dataset.summary);
wirePanel({ closed: count });
wireForms(document);
tick();
setInterval(tick, 1000);
follow({ cursor: Number(document.body.dataset.cursor), epoch: document.body.dataset.epoch, event: apply, snapshot, state: setStale });
