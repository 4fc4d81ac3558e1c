// The call screen: one question at a time, one round trip an answer, nothing typed or answered lost.
import { isWriting, STEADY_MS } from "./keys.js";
import { openEnding } from "./endings.js";
import { post } from "./post.js";
import { Outbox } from "./outbox.js";
import { answering } from "./answers.js";
import { focusField, followTyping, goMode, keptApart, lookAgain, restore } from "./capture.js";
import { followNote, noteDraft, noteKept, restoreNote } from "./answer-note.js";
import { Beside } from "./beside.js";
import { asksForPlace, saysWhichKeys } from "./asks-back.js";
import { Drafts } from "./drafts.js";
import { findPlaces } from "./find-place.js";
import { draftName, padIsUp, restorePad } from "./pad.js";
import { handOver, keepHandOver, restoreHandOver } from "./hand-over.js";
import { otherNeed, refresh, show, showLine, turnTo, view, whenShown } from "./middle.js";
import { $, call, centre, isAway, now, problem } from "./on-call.js";
import { showRefusals } from "./refusals.js";
import { away, hubIsHere, saved, saving } from "./saved.js";
import { author, logInAgain, prove } from "./session.js";
import { atClock, setHubNow } from "./ticking.js";

const AWAY_AFTER = 2;
let misses = 0;

// what the hub says of our words
const outbox = await Outbox.open(author(), call, {
  saved({ kind, said, bodies, left }) {
    saved(said.saved_at, left);
    if (kind === "typed") { beside.saved(said, left); lookAgain(said.look_again); keptApart(said.kept_apart, bodies); if (said.number) $("bar-number").textContent = said.number; heardPostcode(said.postcode); }
    if (kind === "typed" && now.firsts && !left) { now.firsts = 0; now.danger = ""; refresh(); }
    if (kind === "999") { now.firsts = 0; refresh(); }
    if (kind === "note") { $("note-said").textContent = `kept ${atClock(said.saved_at)}${said.words === bodies[0].words ? "" : ", the key-safe code apart"}`; }
    if (kind === "answer_note") noteKept(bodies[0].words, said.words);
    if (kind === "answer") { now.waiting = Math.max(0, now.waiting - 1); now.asking = ""; if (!now.waiting) show(said.html, true); }
  },
  away(since) { away(since, outbox.safe); takesOver(); },
  refused(entry) { now.waiting = 0; now.firsts = 0; showRefusals(outbox); if (entry.kind === "answer") refresh(); },
  logIn: () => logInAgain(),
  async fresh() {
    const before = document.querySelector("meta[name=csrf-token]").content, said = await view();
    if (said.user !== author() || said.csrf === before) return false;
    prove(said.csrf);
    return true;
  },
});
const drafts = await new Drafts(outbox).find();
const beside = new Beside(outbox, (words) => { $("announce").textContent = words; });
const { answer, choose, sayNumber, sayAll, tell, takeBack, takesOver } = answering(outbox, drafts);

function restoreDrafts() {
  const assessment = centre().dataset.assessment;
  if (padIsUp()) restorePad(assessment, drafts);
  restoreNote(assessment, drafts);
  restoreHandOver(drafts);
}
whenShown(restoreDrafts);

// said in one breath with the address: it stands in its own field too, unless somebody typed there
function heardPostcode(postcode) {
  const field = $("f-postcode");
  if (postcode && !("touched" in field.dataset)) field.value = postcode;
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
  choose,
  look: (button) => refresh(button.dataset.question),
  refresh: () => refresh(),
  "none-taken": () => sayAll(true),
  "take-back": takeBack,
  tell,
  999: (button) => does(centre().dataset.assessment ? `/api/assessments/${centre().dataset.assessment}/999` : `/api/calls/${call}/999`, { dialled_by: button.dataset.dials }, () => refresh()),
  begin: (button) => does(`/api/cases/${document.body.dataset.case}/assessments`, { protocol: button.dataset.protocol ?? null }, () => turnTo("")),
  need: (button) => turnTo(button.dataset.need),
  "next-need": () => turnTo(otherNeed()),
  join: (button) => does(`/api/calls/${call}/join`, { case: Number(button.dataset.case) }, () => location.reload()),
  fill: (button) => {
    const said = button.dataset.says && $(`f-${button.dataset.says}`); // a yes is said at once; the words come after it
    if (said && said.value !== "yes") { said.value = "yes"; said.dispatchEvent(new Event("input", { bubbles: true })); }
    focusField(button.dataset.fill);
  },
  "to-clinician": () => does(`/api/assessments/${centre().dataset.assessment}/to-clinician`, {}, () => turnTo("")),
  commit,
  end: () => does(`/api/calls/${call}/end`, {}, () => refresh()),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]"), focuses = event.target.closest("[data-focuses]");
  if (focuses) $(focuses.dataset.focuses)?.focus();
  if (!button || button.disabled) return;
  // a key held or pressed twice must not reach the action that has just come up
  if (["999", "commit"].includes(button.dataset.act) && performance.now() - now.shownAt < STEADY_MS) return;
  acts[button.dataset.act]?.(button);
});
addEventListener("keydown", (event) => { if (event.key === "Enter" && event.repeat) event.preventDefault(); }, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "pad") { event.preventDefault(); sayAll(); }
  if (form.id === "number") { event.preventDefault(); sayNumber($("number-answer")); }
  if (form.matches("[data-hand-over]")) { event.preventDefault(); handOver(form, event.submitter?.value ?? "confirm", drafts, () => refresh()); }
});

$("go-mode").addEventListener("click", () => goMode((words) => { $("announce").textContent = words; }));
$("park").addEventListener("click", () => (centre().dataset.line === "parked"
  ? does(`/api/calls/${call}/pick-up`, {}, () => refresh())
  : does(`/api/calls/${call}/park`, {}, () => location.assign("/calls"))));
const lineIsLive = () => ["on_line", "parked"].includes(centre().dataset.line);
$("end-call").addEventListener("click", () => openEnding(
  { case: Number(document.body.dataset.case), ref: document.body.dataset.ref, call, onLine: lineIsLive() },
  (said) => (said.endCall ? acts.end() : refresh("", false)),
  drafts,
));
$("start-999").addEventListener("click", () => {
  $("centre").replaceChildren($("ask-999").content.cloneNode(true));
  now.shownAt = performance.now();
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
  outbox.chain.then(() => { if ($("note").value.trim() === words) { $("note").value = ""; drafts.set("note", ""); } });
}
$("keep-note").addEventListener("click", keepNote);
$("note").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); keepNote(); $("note").blur(); } });
findPlaces($("f-postcode"), (words) => { $("announce").textContent = words; });
document.addEventListener("input", ({ target }) => {
  if (target === $("note")) drafts.set("note", target.value);
  keepHandOver(target, drafts);
  if (target.id === "answer-note") drafts.set(noteDraft(centre().dataset.assessment), target.value);
  if (target.matches("[data-observation]")) drafts.set(draftName(centre().dataset.assessment, target), target.value);
});
saysWhichKeys(problem);
followNote((question, words) => {
  const name = noteDraft(centre().dataset.assessment);
  saving();
  outbox.put("answer_note", { assessment: Number(centre().dataset.assessment), question, words });
  outbox.chain.then(() => drafts.set(name, ""));
}, () => (document.querySelector("[data-takes-focus]") ?? $("question")).focus());
followTyping((field, value) => { saving(); beside.typed(field); outbox.type(field, value); });

// the line, the case and what others do to it
async function poll() {
  try {
    const response = await fetch(`/api/calls/${call}/state?${beside.query()}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (response.status === 401) { await logInAgain(); return; }
    if (!response.ok) throw new Error("away");
    const state = await response.json();
    setHubNow(state.now);
    misses = 0;
    if (isAway()) { hubIsHere(); outbox.wait = 500; outbox.send(); if (!(await outbox.unsent()).length) saved(state.now, 0); }
    beside.take(state);
    showLine(state.line);
    $("responsible").textContent = state.case?.responsible ?? "nobody"; // S29
    const busy = now.turning || now.waiting || now.firsts || now.asking || document.querySelector("[role=alertdialog] #ask-999-title") || ($("view").contains(document.activeElement) && isWriting(document.activeElement));
    if (state.stamp !== centre().dataset.stamp && !busy) await refresh("", false);
  } catch {
    misses += 1;
    if (misses >= AWAY_AFTER) away(outbox.since ?? (outbox.since = new Date()), outbox.safe);
  } finally { setTimeout(poll, beside.pause); }
}

for (const row of await outbox.unsent()) {
  if (row.kind === "typed" && !row.refused) { const body = await outbox.drawer.open(row).catch(() => null); if (body) { restore(body.field, body.value); beside.unsent(body); } }
}
$("note").value ||= drafts.get("note") ?? "";
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
