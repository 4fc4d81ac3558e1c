// What waits for a handler: asked for every two seconds, put in place without moving the focus.
import { isWriting } from "./keys.js";
import { post } from "./post.js";
import { freshId, Outbox } from "./outbox.js";
import { setHubNow, tick } from "./ticking.js";

const POLL_MS = 2000, STALE_AFTER = 3;
const $ = (id) => document.getElementById(id);
let misses = 0, last = "", ringing = 0;

async function poll() {
  try {
    const response = await fetch("/calls/state", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (response.status === 401) { location.assign("/log-in?next=/calls"); return; }
    if (!response.ok) throw new Error("away");
    show(await response.json());
    misses = 0;
    $("live").textContent = "live";
    $("live").classList.remove("live--stale");
  } catch {
    misses += 1;
    if (misses >= STALE_AFTER) { $("live").textContent = "STALE, the hub does not answer"; $("live").classList.add("live--stale"); }
  }
  setTimeout(poll, POLL_MS);
}

function show(state) {
  setHubNow(state.now);
  if (state.ringing.length > ringing) $("announce").textContent = `A call is ringing: ${state.ringing.at(-1).number}`;
  ringing = state.ringing.length;
  const focus = document.activeElement;
  if (state.html === last || (isWriting(focus) && $("waiting").contains(focus))) return;
  last = state.html;
  const id = $("waiting").contains(focus) ? focus.id : "";
  $("waiting").innerHTML = state.html;
  if (id) $(id)?.focus();
  tick();
}

async function open(path) {
  $("problem").textContent = "";
  try {
    const said = await post(path);
    location.assign(`/calls/${said.call}`);
  } catch (error) {
    $("problem").textContent = error.message; // "Priya has taken it."
    last = "";
  }
}

document.addEventListener("click", (event) => {
  const answer = event.target.closest("[data-answer]");
  if (answer) open(`/api/calls/${answer.dataset.answer}/answer`);
  const parked = event.target.closest("[data-pick-up]");
  if (parked) open(`/api/calls/${parked.dataset.pickUp}/pick-up`);
  const ring = event.target.closest("[data-ring]");
  if (ring) open(`/api/call-backs/${ring.dataset.ring}/ring`);
});
// Begun by an id of its own: where the hub does not answer, the same call goes on on this computer.
$("new-call").addEventListener("click", async () => {
  const id = freshId();
  try {
    const said = await post("/api/calls/begun", { id });
    location.assign(`/calls/${said.call}`);
  } catch (error) {
    if (error.status) $("problem").textContent = error.message; else location.assign(`/calls/away?begun=${id}`);
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-back]")) return;
  event.preventDefault();
  const id = form.dataset.back, how = event.submitter?.value ?? "reached";
  const words = form.elements.words.value, welfare = ["same", "better", "worse", "not_known"].includes(how);
  try {
    const said = await post(`/api/call-backs/${id}/${welfare ? "welfare" : how}`, welfare ? { how, asked: true, words } : { words });
    if (said.call) { location.assign(`/calls/${said.call}`); return; } // S4: worse is triaged again, now
    last = "";
    document.activeElement.blur();
  } catch (error) { $(`error-${id}`).textContent = error.message; form.elements.words.focus(); }
});

// what a closed tab could not send goes from here
const outbox = await Outbox.open(Number(document.body.dataset.userId), undefined, {
  saved: async () => said(),
  refused: () => said(),
  logIn: () => { location.assign("/log-in?next=/calls"); return new Promise(() => {}); },
});

async function said() {
  const left = await outbox.unsent(), others = await begunByOthers();
  $("unsent").replaceChildren();
  if (left.length) $("unsent").append(`${left.length} things typed on this computer have not reached the hub. Open the call: `);
  for (const call of new Set(left.map((row) => row.call))) $("unsent").append(link(call, typeof call === "number" ? `call ${call}` : "the call begun here"), " ");
  for (const row of others) $("unsent").append(link(row.call, `A call begun by ${row.by || "somebody who was not logged in"} on this computer has not reached the hub. Hand it in`), " ");
}

function link(call, words) {
  return Object.assign(document.createElement("a"), { href: typeof call === "number" ? `/calls/${call}` : `/calls/away?begun=${call}`, textContent: words });
}

// what somebody else began while the hub was away, and who has gone since
async function begunByOthers() {
  return (await outbox.drawer.rows()).filter((row) => row.kind === "begin" && row.author !== outbox.author);
}

setInterval(() => outbox.send().then(said), 5000);
outbox.send().then(said);
poll();
