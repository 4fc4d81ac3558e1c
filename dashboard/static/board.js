// The live board: what the feed brings is put in its place, and nothing moves under anybody's hand.
import * as clock from "/static/clock.js";
import { follow } from "/static/feed.js";
import * as findAll from "/static/find-all.js";
import { caseChanged, closeCase, openCase, openId, wirePanel } from "/static/case.js";
import { parse } from "/static/patch.js";
import { post } from "/static/post.js";
import * as lists from "/static/lists.js";
import * as list from "/static/rows.js";
import { sound } from "/static/sound.js";
import { live, setStale, wireForms } from "/static/act.js";
import { isWriting } from "/static/keys.js";

const $ = (id) => document.getElementById(id);
const rows = $("rows"), { alarms, taken, tasks } = lists.lists, { say } = lists;
let countOnce = 0, more = Number(document.body.dataset.more);

/* one event */
function apply(message) {
  if (message.topic === "crew") { crew(message.html); return; }
  if (message.topic === "message") { caseChanged(message.case); return; }
  lists.apply(message);
  if (message.topic === "case") caseChanged(message.id.slice(5));
  countOnce ||= requestAnimationFrame(count); // however many events this frame brings
}

async function snapshot() {
  const fresh = await lists.takeAfresh("/board/snapshot");
  more = fresh.more;
  crew(fresh.crew);
  if (openId()) caseChanged(openId());
  count();
  return fresh;
}

/* what stands around the list */
function crew(html) {
  const shown = $("crew"), next = parse(html), focus = document.activeElement?.closest?.("#crew tr")?.id;
  if (shown.outerHTML === next.outerHTML) return;
  shown.replaceWith(next);
  $("crew-summary").textContent = next.dataset.summary;
  lists.standard(next);
  if (focus) ($(focus)?.querySelector("a") ?? $("crew-list")).focus({ preventScroll: true });
}

function count() {
  countOnce = 0;
  lists.countRows();
  howMany();
  $("taken-pane").hidden = taken.children.length === 0;
  if (tasks) {
    const waiting = tasks.querySelectorAll(":scope > :not(.gone)").length;
    say($("humans-count"), waiting);
    $("no-tasks").hidden = waiting > 0;
    $("to-humans").hidden = waiting === 0 || !openId();
    say($("to-humans-words"), `◆ ${waiting} ${waiting === 1 ? "needs" : "need"} a human`);
  }
}

function tick() {
  clock.tickClock();
  if (!clock.isStopped()) {
    list.tickAll();
    lists.agoAll(document);
    lists.longestCall();
  }
  list.settle();
  count();
  sound(alarms.children.length > 0);
}

/* by hand */
function find() {
  findAll.offer($("find").value, list.find($("find").value));
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
$("find-all-now")?.addEventListener("click", () => findAll.look($("find").value));
document.addEventListener("keydown", (event) => { // a case that is open beside the list is closed first, by its own button
  if (event.key === "Escape" && !event.defaultPrevented && $("find").value && !openId() && !document.querySelector("dialog[open]") && !isWriting(event.target)) showAll();
});
$("find").addEventListener("keydown", (event) => {
  if (event.key === "Escape" || event.key === "Enter") {
    event.preventDefault();
    if (event.key === "Enter" && findAll.isOffered()) { findAll.look($("find").value); return; }
    if (event.key === "Escape") showAll();
    list.step(1);
  }
});

lists.whenAdded((row) => { row.hidden = !list.fits(row, $("find").value); });
say($("crew-summary"), $("crew").dataset.summary);
lists.standard($("crew"));
wirePanel({ closed: count });
wireForms(document);
tick();
setInterval(tick, 1000);
follow({ cursor: Number(document.body.dataset.cursor), epoch: document.body.dataset.epoch, event: apply, snapshot, state: setStale });
