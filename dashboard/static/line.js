// Who rings and who is parked: in the bar of a call, and as a pop-up for whoever is free, on every page that has a place
// for it. One key claims; who was second reads who has it.
import { post } from "./post.js";
import { tick } from "./ticking.js";

const POLL_MS = 2000;
const bar = document.getElementById("bar-line"), popUp = document.getElementById("pop-up");
let ringing = "";

async function poll() {
  try {
    const response = await fetch("/calls/line", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4000) });
    if (response.ok) show(await response.json());
  } catch { /* the page itself says when the hub is away */ }
  setTimeout(poll, POLL_MS);
}

function show(line) {
  if (bar) put(bar, line.bar);
  if (!popUp) return;
  put(popUp, line.pop_up);
  popUp.hidden = !line.pop_up;
  const now = line.pop_up ? line.ringing[0].number || "number withheld" : "";
  if (now && now !== ringing) document.getElementById("pop-up-said").textContent = `A call is ringing: ${now}. Press F8 to answer.`;
  ringing = now;
}

function put(place, html) {
  if (place.dataset.shown === html) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.dataset.shown = html;
  place.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus();
  tick();
}

async function open(path, place) {
  try {
    const said = await post(path);
    location.assign(`/calls/${said.call}`);
  } catch (error) {
    const words = document.createElement("p");
    words.className = "error";
    words.setAttribute("role", "alert");
    words.textContent = error.message;
    place.append(words);
  }
}

document.addEventListener("click", (event) => {
  const claims = event.target.closest("[data-claims]"), picks = event.target.closest("[data-picks-up]");
  if (claims) open(`/api/calls/${claims.dataset.claims}/answer`, popUp);
  if (picks) open(`/api/calls/${picks.dataset.picksUp}/pick-up`, bar);
});

poll();
