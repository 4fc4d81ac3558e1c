// The wallboard follows the same feed as the board, as what may hang on a wall. Nothing moves unless something happened:
// what does not fit is counted, with the time until which all of it is safe.
import * as clock from "/static/clock.js";
import { follow } from "/static/feed.js";
import * as lists from "/static/lists.js";
import * as list from "/static/rows.js";
import { parse } from "/static/patch.js";
import { setStale } from "/static/act.js";

const $ = (id) => document.getElementById(id);
const rows = $("rows"), SHOWN_ALARMS = 2, SHOWN_TASKS = 5, { alarms, tasks } = lists.lists, { say } = lists;
let more = Number(document.body.dataset.more);

function apply(message) {
  if (message.topic === "crew") crew(message.html); else lists.apply(message);
  count();
}

async function snapshot() {
  const fresh = await lists.takeAfresh("/wall/snapshot");
  more = fresh.more;
  crew(fresh.crew);
  count();
  return fresh;
}

function crew(html) {
  const next = parse(html);
  if ($("crew").outerHTML !== next.outerHTML) $("crew").replaceWith(next);
  aboutCrew();
}

function aboutCrew() {
  lists.standard($("crew"));
  say($("on-shift"), `${$("crew").dataset.onShift} on shift`);
}

function count() {
  lists.countRows();
  say($("humans-count"), tasks.children.length);
  $("no-tasks").hidden = tasks.children.length > 0;
  some(tasks, SHOWN_TASKS, $("more-tasks"), (n) => `and ${n} more`);
  some(alarms, SHOWN_ALARMS, $("more-alarms"), (n) => `▲ and ${n} more ${n === 1 ? "alarm" : "alarms"} that nobody has taken`);
  fit();
}

function some(all, most, line, words) {
  for (const [i, item] of [...all.children].entries()) item.hidden = i >= most;
  const rest = all.children.length - most;
  line.hidden = rest <= 0;
  if (rest > 0) say(line, words(rest));
}

// a row that is not wholly on the wall is not shown at all
function fit() {
  const bottom = $("list").getBoundingClientRect().bottom, past = [];
  for (const row of rows.children) {
    const fits = row.getBoundingClientRect().bottom <= bottom + 1;
    row.classList.toggle("past", !fits);
    if (!fits) past.push(row);
  }
  const n = past.length + more;
  $("below").hidden = n === 0;
  if (n === 0) return;
  const next = Math.min(...past.map((row) => Number(row.dataset.due) || Infinity));
  const late = past.filter((row) => Number(row.dataset.due) < clock.now()).length;
  $("below").classList.toggle("soon", late > 0);
  if (late) say($("below"), `and ${n} more, ${late} of them late: look at the board`);
  else say($("below"), `and ${n} more${Number.isFinite(next) ? `, all safe until ${clock.clock(next)}` : ""}`);
}

function tick() {
  clock.tickClock();
  if (!clock.isStopped()) {
    list.tickAll();
    lists.agoAll(document);
    lists.longestCall();
    list.settle();
    count();
  }
}

aboutCrew();
$("below").hidden = false; // its line is there before the rows are measured
tick();
setInterval(tick, 1000);
addEventListener("resize", count);
follow({ cursor: Number(document.body.dataset.cursor), epoch: document.body.dataset.epoch, event: apply, snapshot, state: setStale, as: "wall" });
