// The call screen: one question at a time, one round trip an answer, nothing typed or answered lost.
import { isWriting } from "./keys.js";
import { openEnding } from "./endings.js";
import { post } from "./post.js";
import { Outbox } from "./outbox.js";
import { focusField, followTyping, goMode, keptApart, lookAgain, restore } from "./capture.js";
import { followNote, noteDraft, noteKept, restoreNote } from "./answer-note.js";
import { asksForPlace, saysWhichKeys } from "./asks-back.js";
import { Drafts } from "./drafts.js";
import { findPlaces } from "./find-place.js";
import { asksBack, draftName, padIsUp, padSays, restorePad } from "./pad.js";
import { handOver } from "./hand-over.js";
import { showRefusals } from "./refusals.js";
import { author, logInAgain, prove } from "./session.js";
import { atClock, hubNow, setHubNow, tick } from "./ticking.js";

const POLL_MS = 2000, STEADY_MS = 500, AWAY_AFTER = 2;
const call = Number(document.body.dataset.call);
const $ = (id) => document.getElementById(id);
const centre = () => $("centre");
let need = "", asking = "", misses = 0, shownAt = 0, waiting = 0, turning = 0, firsts = 0;

// what the hub says of our words
const outbox = await Outbox.open(author(), call, {
  saved({ kind, said, bodies, left }) {
    saved(said.saved_at, left);
    if (kind === "typed") { lookAgain(said.look_again); keptApart(said.kept_apart, bodies); if (said.number) $("bar-number").textContent = said.number; heardPostcode(said.postcode); }
    if (kind === "typed" && firsts && !left) { firsts = 0; refresh(); }
    if (kind === "note") { $("note-said").textContent = `kept ${atClock(said.saved_at)}${said.words === bodies[0].words ? "" : ", the key-safe code apart"}`; }
    if (kind === "answer_note") noteKept(bodies[0].words, said.words);
    if (kind === "answer") { waiting = Math.max(0, waiting - 1); asking = ""; if (!waiting) show(said.html, true); }
  },
  away(since) { away(since); },
  refused(entry) { waiting = 0; firsts = 0; showRefusals(outbox); if (entry.kind === "answer") refresh(); },
  logIn: () => logInAgain(),
  async fresh() {
    const before = document.querySelector("meta[name=csrf-token]").content, said = await view();
    if (said.user !== author() || said.csrf === before) return false;
    prove(said.csrf);
    return true;
  },
});

const drafts = new Drafts(outbox), drafted = await drafts.found();

function saved(at, left) {
  const status = $("saved");
  if (status.classList.contains("live--stale")) $("announce").textContent = "The hub is back; saved.";
  status.classList.remove("live--stale");
  status.textContent = left ? "saving …" : `saved ${atClock(at)}`;
  if (!left) hubIsHere();
}

function saving() {
  if (!$("saved").classList.contains("live--stale")) $("saved").textContent = "saving …"; // "saved" is the hub's word alone
}

function away(since) {
  const status = $("saved"), kept = outbox.safe ? "kept on this computer" : "kept in this tab alone: do not close it";
  const words = `NOT SAVED to the hub since ${atClock(hubNow() - (Date.now() - since)).slice(0, 5)}, ${kept}`;
  if (!status.classList.contains("live--stale")) $("announce-now").textContent = words; // once, not at every try
  status.classList.add("live--stale");
  if (status.textContent !== words) status.textContent = words;
  hubIsAway();
}

function hubIsAway() {
  $("no-support").hidden = false;
  document.body.classList.add("away");
  if (waiting) problem("Your answer is kept on this computer. The next question comes when the hub is back.");
}

function hubIsHere() {
  misses = 0;
  $("no-support").hidden = true;
  document.body.classList.remove("away");
}

// the middle and the right
async function view(ask = "") {
  const response = await fetch(`/calls/${call}/view?${new URLSearchParams({ ...(ask && { ask }), ...(need && { need }) })}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
  if (response.status === 401) { await logInAgain(); return view(ask); }
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).problem ?? "The hub did not answer.");
  return response.json();
}

function show(html, mine) {
  const typing = isWriting(document.activeElement) && !$("view").contains(document.activeElement);
  const said = $("said-it")?.checked, before = centre().dataset.says;
  $("view").innerHTML = html;
  shownAt = performance.now();
  restoreDrafts();
  $("f-need").value ||= centre().dataset.caseNeed;
  if ($("said-it") && said) $("said-it").checked = true;
  const line = centre().dataset.line, flag = document.querySelector("[role=alertdialog]");
  showLine(line);
  $("start-break-off").hidden = !centre().dataset.assessment;
  $("start-999").hidden = !["on_line", "parked"].includes(line) || Boolean(flag) || Boolean(document.querySelector(".say-now"));
  if ($("changed")) $("announce").textContent = $("changed").textContent;
  else if (centre().dataset.says !== before) $("announce").textContent = centre().dataset.says;
  if (flag && typing) $("announce-now").textContent = `Red flag. ${$("rf")?.textContent ?? ""}`;
  if (!typing && (mine || flag)) ($("hand-over") ?? document.querySelector("[data-takes-focus]") ?? $("commit") ?? $("question"))?.focus({ preventScroll: false });
  tick();
}

function showLine(line) {
  const words = { on_line: ["● CALL", "tag--danger"], parked: ["‖ PARKED", "tag--warn"], dropped: ["✕ LINE DEAD", "tag--warn"], ended: ["■ CALL ENDED", "tag--info"] }[line];
  if (!words) return;
  $("line").textContent = words[0];
  $("line").className = `tag ${words[1]}`;
  $("park").disabled = !["on_line", "parked"].includes(line);
  $("park-says").textContent = line === "parked" ? "pick up" : "park";
  const since = $("elapsed");
  if (["dropped", "ended"].includes(line) && !since.dataset.stopped) since.dataset.stopped = new Date(hubNow()).toISOString();
}

async function refresh(ask = "", mine = true) {
  turning += mine;
  try {
    asking = ask;
    const said = await view(ask);
    prove(said.csrf);
    show(said.html, mine);
  } catch (error) { problem(error.message); } finally { turning -= mine; }
}

// several needs on one call: which one is in the middle
function turnTo(other) { need = other; return refresh(); }

function otherNeed() {
  const all = [...document.querySelectorAll(".needs [data-need]")].map((one) => one.dataset.need).filter(Number);
  return all[(all.indexOf(centre().dataset.need) + 1) % all.length] ?? "";
}

function problem(words) {
  const place = $("answer-problem");
  if (place) place.textContent = words; else if (words) $("announce-now").textContent = words;
}

// what a button does
function answer(value) {
  const question = document.querySelector("[data-question].ask")?.dataset.question, assessment = Number(centre().dataset.assessment);
  if (!question || !assessment || turning) return; // another question is on its way: this key was meant for that one
  if (waiting && !document.body.classList.contains("away")) return; // pressed twice: the next question is not up yet
  waiting += 1;
  problem("");
  for (const button of document.querySelectorAll("[data-act=answer]")) button.setAttribute("aria-pressed", String(button.dataset.value === value));
  if (document.body.classList.contains("away")) hubIsAway();
  saving();
  outbox.put("answer", { assessment, question, answer: value });
}

function sayNumber(field) {
  const odd = asksBack(field), said = field.value.trim();
  if (odd) { problem(odd); field.select(); } else if (said) answer(said);
}

// Each observation is an answer of its own, in the order of the pad.
function sayAll(noneTaken = false) {
  const assessment = Number(centre().dataset.assessment), says = padSays(noneTaken);
  if (!says || !assessment || turning || (waiting && !document.body.classList.contains("away"))) return;
  if (!says.length) { refresh(); return; }
  waiting += says.length;
  problem("");
  if (document.body.classList.contains("away")) hubIsAway();
  saving();
  for (const [question, answer] of says) outbox.put("answer", { assessment, question, answer });
  outbox.chain.then(() => dropDrafts("pad:"));
}

function dropDrafts(prefix) {
  const names = [...drafted.keys()].filter((name) => name.startsWith(prefix));
  for (const name of names) drafted.delete(name);
  return drafts.drop(...names);
}

function restoreDrafts() {
  const assessment = centre().dataset.assessment;
  if (padIsUp()) restorePad(assessment, drafted);
  restoreNote(assessment, drafted);
}

function draft(name, value) {
  if (value) drafted.set(name, value); else drafted.delete(name);
  drafts.keep(name, value);
}

// said in one breath with the address: it stands in its own field too, unless somebody typed there
function heardPostcode(postcode) {
  const field = $("f-postcode");
  if (postcode && !("touched" in field.dataset)) field.value = postcode;
}

// what one key says (S6, S14) goes the way of what is typed
function tell(button) {
  const away = document.body.classList.contains("away"), { tells: field, value } = button.dataset;
  if (firsts && !away) return;
  firsts += 1;
  for (const other of document.querySelectorAll("[data-act=tell]")) if (other.dataset.tells === field) other.setAttribute("aria-pressed", String(other === button));
  saving();
  outbox.put("typed", { field, value, typed_at: new Date().toISOString() });
  if (away) problem("Your answer is kept on this computer. Look above whether it is 999; the next question comes when the hub is back.");
}

function takeBack() {
  waiting += 1;
  saving();
  outbox.put("answer", { assessment: Number(centre().dataset.assessment), question: centre().dataset.last, answer: null });
}

async function does(path, body, after) {
  try {
    await post(path, body);
    await after?.();
  } catch (error) {
    if (error.status === 401) { await logInAgain(); return does(path, body, after); }
    await refresh();
    problem(error.message);
  }
}

async function commit() {
  if (asksForPlace(problem)) return;
  const assessment = centre().dataset.assessment;
  if ($("said-it")?.checked) outbox.put("note", { words: "The advice was read aloud." });
  await does(`/api/assessments/${assessment}/finish`, {}, () => turnTo(""));
}

const acts = {
  answer: (button) => answer(button.dataset.value),
  look: (button) => refresh(button.dataset.question),
  refresh: () => refresh(),
  "none-taken": () => sayAll(true),
  "take-back": takeBack,
  tell,
  999: (button) => does(centre().dataset.assessment ? `/api/assessments/${centre().dataset.assessment}/999` : `/api/calls/${call}/999`, { dialled_by: button.dataset.dials }, () => refresh()),
  begin: (button) => does(`/api/cases/${document.body.dataset.case}/assessments`, { protocol: button.dataset.protocol }, () => turnTo("")),
  need: (button) => turnTo(button.dataset.need),
  "next-need": () => turnTo(otherNeed()),
  join: (button) => does(`/api/calls/${call}/join`, { case: Number(button.dataset.case) }, () => location.reload()),
  fill: (button) => focusField(button.dataset.fill),
  commit,
  end: () => does(`/api/calls/${call}/end`, {}, () => refresh()),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]"), focuses = event.target.closest("[data-focuses]");
  if (focuses) $(focuses.dataset.focuses)?.focus();
  if (!button || button.disabled) return;
  // a key held or pressed twice must not reach the action that has just come up
  if (["999", "commit"].includes(button.dataset.act) && performance.now() - shownAt < STEADY_MS) return;
  acts[button.dataset.act]?.(button);
});
addEventListener("keydown", (event) => { if (event.key === "Enter" && event.repeat) event.preventDefault(); }, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "pad") { event.preventDefault(); sayAll(); }
  if (form.id === "number") { event.preventDefault(); sayNumber($("number-answer")); }
  if (form.matches("[data-hand-over]")) { event.preventDefault(); handOver(form, event.submitter?.value ?? "confirm", () => refresh()); }
});

$("go-mode").addEventListener("click", () => goMode((words) => { $("announce").textContent = words; }));
$("park").addEventListener("click", () => (centre().dataset.line === "parked"
  ? does(`/api/calls/${call}/pick-up`, {}, () => refresh())
  : does(`/api/calls/${call}/park`, {}, () => location.assign("/calls"))));
const lineIsLive = () => ["on_line", "parked"].includes(centre().dataset.line);
$("end-call").addEventListener("click", () => openEnding(
  { case: Number(document.body.dataset.case), ref: document.body.dataset.ref, call, onLine: lineIsLive() },
  (said) => (said.endCall ? acts.end() : refresh("", false)),
));
$("start-999").addEventListener("click", () => {
  $("centre").replaceChildren($("ask-999").content.cloneNode(true));
  shownAt = performance.now();
  document.querySelector("[role=alertdialog] button").focus();
});
$("start-break-off").addEventListener("click", () => $("break-off").showModal());
$("break-off").querySelector("form").addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "break-off") return;
  event.preventDefault();
  try {
    await post(`/api/assessments/${centre().dataset.assessment}/break-off`, { why: $("why").value });
    $("break-off").close();
    refresh();
  } catch (error) { $("break-off-problem").textContent = error.message; }
});

// notes and typing
function keepNote() {
  const words = $("note").value.trim();
  if (!words) return;
  saving();
  outbox.put("note", { words });
  outbox.chain.then(() => { if ($("note").value.trim() === words) { $("note").value = ""; draft("note", ""); } });
}
$("keep-note").addEventListener("click", keepNote);
$("note").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); keepNote(); $("note").blur(); } });
findPlaces($("f-postcode"), (words) => { $("announce").textContent = words; });
document.addEventListener("input", ({ target }) => {
  if (target === $("note")) draft("note", target.value);
  if (target.id === "answer-note") draft(noteDraft(centre().dataset.assessment), target.value);
  if (target.matches("[data-observation]")) draft(draftName(centre().dataset.assessment, target), target.value);
});
saysWhichKeys(problem);
followNote((question, words) => {
  const name = noteDraft(centre().dataset.assessment);
  saving();
  outbox.put("answer_note", { assessment: Number(centre().dataset.assessment), question, words });
  outbox.chain.then(() => draft(name, ""));
}, () => (document.querySelector("[data-takes-focus]") ?? $("question")).focus());
followTyping((field, value) => { saving(); outbox.type(field, value); });

// the line, the case and what others do to it
async function poll() {
  try {
    const response = await fetch(`/api/calls/${call}/state`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (response.status === 401) { await logInAgain(); return; }
    if (!response.ok) throw new Error("away");
    const state = await response.json();
    setHubNow(state.now);
    misses = 0;
    if (document.body.classList.contains("away")) { hubIsHere(); outbox.wait = 500; outbox.send(); if (!(await outbox.unsent()).length) saved(state.now, 0); }
    showLine(state.line);
    $("responsible").textContent = state.case?.responsible ?? "nobody"; // S29
    const busy = waiting || firsts || asking || document.querySelector("[role=alertdialog] #ask-999-title") || ($("view").contains(document.activeElement) && isWriting(document.activeElement));
    if (state.stamp !== centre().dataset.stamp && !busy) await refresh("", false);
  } catch {
    misses += 1;
    if (misses >= AWAY_AFTER) away(outbox.since ?? (outbox.since = new Date()));
  } finally { setTimeout(poll, POLL_MS); }
}

for (const row of await outbox.unsent()) {
  if (row.kind === "typed" && !row.refused) { const body = await outbox.drawer.open(row).catch(() => null); if (body) restore(body.field, body.value); }
}
$("note").value ||= drafted.get("note") ?? "";
restoreDrafts();
showRefusals(outbox);
outbox.send();
poll();
if (document.activeElement === document.body) {
  const empty = ["number", "address"].find((field) => !$(`f-${field}`).value);
  if (document.querySelector("[data-act=begin]") && empty && centre().dataset.line === "on_line") focusField(empty);
  else ($("hand-over") ?? document.querySelector("[data-takes-focus]") ?? $("commit"))?.focus();
}
document.body.dataset.ready = "";
