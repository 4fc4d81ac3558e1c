// The hub is away: a call is taken all the same. It begins on this computer with an id of its own, everything typed is on
// its disk at once, and when the hub is back it goes there in order and once; then the real call screen opens.
import { openDrawer } from "./drawer.js";
import { Drafts } from "./drafts.js";
import { followTyping, focusField, goMode, lookAgain, restore } from "./capture.js";
import { dangerOf, takeOver } from "./first-signs.js";
import "./hand-over.js";
import "./more-below.js";
import { Outbox, freshId } from "./outbox.js";
import { showRefusals } from "./refusals.js";
import { atClock } from "./ticking.js";
import { who } from "./who.js";

const LOOK_MS = 2000, QUIET_MS = 1200, PAGE = "/calls/away";
const $ = (id) => document.getElementById(id), say = (words) => { $("announce").textContent = words; };
const questions = JSON.parse($("first-minute").textContent);
const drawer = await openDrawer();
const call = whichCall();
const begin = (await drawer.rows()).find((row) => row.call === call && row.kind === "begin");
const mine = begin?.author ?? who().id, took = begin?.by ?? who().name;
const answers = new Map();
let outbox, drafts, since = new Date(), typedAt = 0, handsIn = false;

function whichCall() { // an id of ours, the number of a call that the hub knows, or none: the list
  const begun = new URLSearchParams(location.search).get("begun"), number = /^\/calls\/(\d+)$/.exec(location.pathname);
  return begun ?? (number ? Number(number[1]) : undefined);
}

// --- the calls that lie here
async function list() {
  const rows = (await drawer.rows()), ids = [...new Set(rows.filter((row) => row.kind !== "draft").map((row) => row.call))];
  const lines = await Promise.all(ids.map((id) => line(id, rows.filter((row) => row.call === id))));
  $("kept").replaceChildren(...lines);
  if (!lines.length) $("kept").append(Object.assign(document.createElement("li"), { className: "mute", textContent: "Nothing of any call waits here." }));
}

async function line(id, rows) {
  const item = document.createElement("li"), words = document.createElement("span"), link = document.createElement("a");
  const typed = new Map(), first = rows.find((row) => row.kind === "begin");
  for (const row of rows.filter((one) => one.kind === "typed").sort((a, b) => a.n - b.n)) {
    const body = await drawer.open(row).catch(() => null);
    if (body) typed.set(body.field, body.value);
  }
  const body = first && await drawer.open(first).catch(() => null);
  const about = ["person_name", "caller_name", "address", "number"].map((field) => typed.get(field)).filter(Boolean).slice(0, 2).join(", ");
  words.textContent = `${body ? `Begun ${atClock(body.began_at).slice(0, 5)}${first.by ? ` by ${first.by}` : ""}` : `Call ${id}, open at the hub`}: ${about || "nothing typed yet"}`;
  link.href = typeof id === "number" ? `/calls/${id}` : `${PAGE}?begun=${id}`;
  link.textContent = id === call ? "this call" : "Open";
  item.append(words, link);
  return item;
}

$("new-call").addEventListener("click", () => location.assign(`${PAGE}?begun=${freshId()}`));

// --- one call
async function open() {
  outbox = new Outbox(drawer, mine, call, {
    saved({ kind, said }) { if (kind === "typed") lookAgain(said.look_again); },
    away: showKept,
    refused: () => showRefusals(outbox),
    logIn: () => { ended(); return new Promise((again) => { setTimeout(again, LOOK_MS); }); },
    fresh: () => hub().then((said) => Boolean(said?.csrf)),
  });
  if (typeof call === "string" && !begin && !(await drawer.number(call))) await drawer.put({ call, kind: "begin", author: mine, by: took, at: Date.now(), body: { id: call, began_at: new Date().toISOString(), ...(mine && { taken_by: mine }) } });
  drafts = await new Drafts(outbox).find();
  for (const row of await outbox.unsent()) {
    const body = await drawer.open(row).catch(() => null);
    if (!body) continue;
    if (row.kind === "begin") since = new Date(body.began_at);
    if (row.kind !== "typed") continue;
    outbox.heads.set(body.field, body.id);
    if (body.field === "first_minute") heard(body.value); else restore(body.field, body.value);
  }
  $("note").value = drafts.get("note") ?? "";
  for (const id of ["one", "centre", "notes", "line", "elapsed", "go-mode", "ring-999", "end-call"]) $(id).hidden = false;
  if (typeof call === "string") { $("began").textContent = `begun ${atClock(since).slice(0, 5)}${took ? ` by ${took}` : ""}`; $("elapsed").dataset.since = since.toISOString(); } else {
    $("began").textContent = "What the hub holds of this call is not shown here; type what is new.";
    $("elapsed").hidden = true;
  }
  if (!outbox.safe) $("problem").textContent = "This browser keeps nothing on its disk: do not close this tab.";
  followTyping((field, value) => { typedAt = performance.now(); outbox.type(field, value).then(list); });
  showRefusals(outbox);
  ask();
  focusField("number");
}

function showKept() {
  const kept = outbox?.safe ?? true ? "kept on this computer" : "kept in this tab alone: do not close it";
  const words = `NOT SAVED to the hub since ${atClock(since).slice(0, 5)}, ${kept}`;
  if (call !== undefined && $("saved").textContent !== words) $("saved").textContent = words;
}

// --- the first minute
function heard(said) {
  const [id, answer] = said.split(":").map((part) => part.trim());
  if (answer) answers.set(id, answer); else answers.delete(id);
}

function tell(said) {
  heard(said);
  typedAt = performance.now();
  outbox.put("typed", { field: "first_minute", value: said, typed_at: new Date().toISOString() });
  const danger = dangerOf(said);
  ask();
  if (danger) takeOver($("centre"), danger, { dials: rings, back: (question) => tell(`${question.id}:`) });
}

function rings(whom, question) {
  outbox.put("999", { dialled_by: whom });
  outbox.put("note", { words: `999 while the hub was away, at ${atClock(Date.now()).slice(0, 5)}: ${whom === "caller" ? "the caller rings" : "the call handler rings"}${question ? ` (${question.title})` : ""}.` });
}

function ask(again) {
  const question = again ?? questions.find((one) => !answers.has(one.id));
  const titles = { yes: "yes", no: "no", unknown: "don’t know" };
  $("ticks").replaceChildren(...questions.filter((one) => answers.has(one.id)).map((one) => {
    const tick = Object.assign(document.createElement("button"), { type: "button", className: "tick", textContent: `✓ ${one.ask.replace(/\?$/, "")}: ${titles[answers.get(one.id)]}` });
    tick.onclick = () => ask(one);
    return tick;
  }));
  $("asked").hidden = !question;
  $("asked-all").hidden = Boolean(question);
  if (!question) return;
  $("asked").dataset.question = question.id;
  $("nth").textContent = `question ${questions.indexOf(question) + 1} of ${questions.length}`;
  $("question").textContent = question.ask;
  $("say").textContent = `“${question.say}”`;
  $("why").textContent = `${question.why ? `Why we ask: ${question.why} ` : ""}${question.danger.includes("unknown") ? "“Don’t know” counts as the worst answer here." : ""}`;
  for (const button of document.querySelectorAll("[data-first]")) button.setAttribute("aria-pressed", String(answers.get(question.id) === button.dataset.first));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-first]");
  if (button) tell(`${$("asked").dataset.question}: ${button.dataset.first}`);
});

// --- notes, the end
function keepNote() {
  const words = $("note").value.trim();
  if (!words) return;
  outbox.put("note", { words });
  outbox.chain.then(() => { $("note").value = ""; drafts.set("note", ""); $("note-said").textContent = "kept on this computer"; });
}
$("to-note").addEventListener("click", () => $("note").focus());
$("keep-note").addEventListener("click", keepNote);
$("note").addEventListener("input", () => { typedAt = performance.now(); drafts.set("note", $("note").value); });
$("note").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); keepNote(); } });
$("go-mode").addEventListener("click", () => goMode(say));
$("ring-999").addEventListener("click", () => { rings("caller"); $("note-said").textContent = "999: the caller rings it. Kept on this computer."; });
$("end-call").addEventListener("click", () => {
  keepNote();
  outbox.put("end", {});
  outbox.chain.then(() => location.assign("/calls"));
});

// --- is the hub back?
async function hub() {
  const response = await fetch("/api/me", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
  if (response.status === 401) return { ended: true };
  if (!response.ok) throw new Error("away");
  const said = await response.json();
  document.querySelector("meta[name=csrf-token]").content = said.csrf;
  return said;
}

function ended() {
  $("back").hidden = false;
  $("back-says").textContent = "The hub is back, and your log-in has ended. Everything is kept.";
  $("log-in").hidden = false;
  $("log-in").href = `/log-in?next=${encodeURIComponent(location.pathname + location.search)}`;
}

async function look() {
  try {
    const said = await hub();
    if (said.ended) ended();
    else if (call === undefined) location.replace("/calls");
    else if (typeof call === "number") { if (isQuiet()) location.reload(); }
    else if (mine && said.user !== mine && !handsIn) others(said.name);
    else await sends();
  } catch { showKept(); }
  setTimeout(look, LOOK_MS);
}

function others(name) {
  $("back").hidden = false;
  $("back-says").textContent = `This call was begun by ${took} on this computer and has not reached the hub. You are ${name}.`;
  $("hand-in").hidden = false;
}
$("hand-in").addEventListener("click", () => { handsIn = true; $("hand-in").hidden = true; sends(); });

const isQuiet = () => performance.now() - typedAt > QUIET_MS && !document.querySelector("[role=alertdialog]");

async function sends() {
  await outbox.send();
  const left = await outbox.unsent(), number = await drawer.number(call);
  if (!left.length && number && isQuiet()) location.replace(`/calls/${number}`);
}

if (location.pathname === "/calls/new") location.replace(`${PAGE}?begun=${freshId()}`);
else {
  if (call !== undefined) await open(); else document.querySelector(".first").append($("kept-here")); // nothing stands before it
  await list();
  showKept();
  look();
  document.body.dataset.ready = "";
}
