// What is pressed on a responder's page lies on the phone's own disk before it is on the wire: it waits for a connection,
// goes to the hub in order and once, as of when it was pressed, and a refusal stays on the page in words. Danger goes
// first, and is called no more than a signal: somebody may look over the shoulder (S26).
import { isAway, lost, seen } from "./no-line.js";
import { Outbox } from "./outbox.js";
import { atClock, hubNow } from "./ticking.js";

const TWICE_MS = 800, LOOK_MS = 15000, MOST_SENT = 4, STEPS = ["accepted", "en_route", "at_door", "with_person", "done"];
const main = document.getElementById("main");
const code = () => main.querySelector("[data-code]")?.dataset.code;
const mine = Number(document.body.dataset.me);
const at = (row) => atClock(row.at + hubNow() - Date.now()).slice(0, 5);
let sent = [], last = 0, ended = false;

const outbox = await Outbox.open(mine, code(), {
  saved({ bodies, row }) { sent = [...sent, { words: bodies[0].words, at: row.at }].slice(-MOST_SENT); ended = false; draw().then(refresh); },
  away() { lost(); draw(); },
  refused: () => draw().then(refresh),
  logIn: () => { ended = true; draw(); return new Promise((again) => { setTimeout(again, LOOK_MS); }); },
  fresh: async () => Boolean(await load()),
});

document.body.dataset.queued = "";
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-press]");
  if (!form) return;
  event.preventDefault();
  const press = { ...JSON.parse(form.dataset.press), words: form.dataset.words };
  const danger = press.what === "danger";
  if (!danger && Date.now() - last < TWICE_MS) return; // a second tap would be the step after it
  last = Date.now();
  const why = form.querySelector("[name=why]");
  if (why) press.why = why.value.trim();
  outbox.put("press", press, danger).catch(draw);
  if (why) why.value = "";
  outbox.chain.then(draw);
});
main.addEventListener("click", (event) => {
  const over = event.target.closest("[data-over]");
  if (over) outbox.giveUp(Number(over.dataset.over)).then(draw);
});
addEventListener("fp-look", () => refresh());
addEventListener("online", () => refresh());
setInterval(() => { if (isAway()) refresh(); }, LOOK_MS);

async function load() {
  const answer = await fetch(`/o/${code()}`, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LOOK_MS) }).catch(() => null);
  if (!answer || answer.status >= 500) lost(); else seen();
  if (!answer?.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const proof = page.querySelector("meta[name=csrf-token]").content;
  document.querySelector("meta[name=csrf-token]").content = proof;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = proof;
  return page;
}

// What is true now, in place; never over something half typed, and never over what still waits to be sent.
async function refresh() {
  if ((await waiting()).length || main.querySelector("#why")?.value) return;
  const page = await load();
  if (!page || (await waiting()).length) return;
  const held = main.contains(document.activeElement), list = main.querySelector("#presses");
  if (list) page.getElementById("presses")?.replaceWith(list); // what it says stays said
  main.replaceChildren(...page.getElementById("main").childNodes);
  if (held) (main.querySelector(".go") ?? main).focus();
  draw();
}

const waiting = async () => (await outbox.unsent()).filter((row) => !row.refused);

async function draw() {
  const list = main.querySelector("#presses");
  if (!list) return;
  const rows = await outbox.unsent();
  const bodies = await Promise.all(rows.map((row) => outbox.drawer.open(row).catch(() => ({ words: "Something" }))));
  const items = sent.map((row) => said(`${row.words}: sent (${at(row)})`));
  rows.forEach((row, nth) => items.push(row.refused ? refusal(row, bodies[nth]) : said(`${bodies[nth].words}: waiting to send (${at(row)})`, "waits")));
  if (ended) items.push(logIn());
  if (rows.length && !outbox.safe) items.push(said("This browser keeps nothing: leave this page open until all is sent.", "waits"));
  if (!same(list, items)) list.replaceChildren(...items);
  list.hidden = !items.length;
  project(bodies.filter((_, nth) => !rows[nth].refused));
}

const same = (list, items) => list.children.length === items.length && items.every((item, n) => item.isEqualNode(list.children[n]));

function said(words, kind = "") {
  const item = document.createElement("li");
  item.textContent = words;
  if (kind) item.className = kind;
  return item;
}

function refusal(row, body) {
  const item = said(`${body.words} (${at(row)}) was not done: ${row.refused} `, "not-done"), button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn", textContent: "I have read this" });
  button.dataset.over = row.n;
  item.append(button);
  return item;
}

function logIn() {
  const item = said("Your log-in has ended; what you pressed is kept. ", "not-done"), link = document.createElement("a");
  Object.assign(link, { href: `/log-in?next=/o/${code()}`, textContent: "Log in, and it is sent" });
  item.append(link);
  return item;
}

// The page goes on to the step after those that wait: somebody without a connection still arrives, and leaves.
function project(presses) {
  const sheet = main.querySelector("[data-code]"), go = main.querySelector("form.next");
  if (!go || !sheet.dataset.ahead) return;
  const ahead = JSON.parse(sheet.dataset.ahead);
  let state = sheet.dataset.state;
  for (const press of presses) if (press.what === "step") state = ahead.leads_to[press.event];
  const here = STEPS.indexOf(state === "no_access" ? "at_door" : state);
  main.querySelectorAll(".path li").forEach((step, nth) => {
    step.className = nth < here ? "done" : nth === here ? "now" : "";
    if (nth === here) step.setAttribute("aria-current", "step"); else step.removeAttribute("aria-current");
  });
  const next = ahead.next[state];
  go.hidden = !next;
  if (!next || go.dataset.event === next[0]) return;
  go.dataset.event = next[0];
  go.dataset.words = go.querySelector("button").textContent = next[1];
  go.dataset.press = JSON.stringify({ what: "step", event: next[0] });
  go.elements.event.value = next[0];
}

draw();
outbox.send();
