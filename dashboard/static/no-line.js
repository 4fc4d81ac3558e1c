// Says above the visit that there is no connection and how old what stands there is; what cannot wait is stopped before it
// is lost, and says what to do instead.
import { atClock, hubNow } from "./ticking.js";

const EVERY_MS = 10000, body = document.body, box = document.getElementById("no-line");
const words = box?.querySelector("[data-words]"), said = box?.querySelector("[data-said]");
let seenAt = hubNow() - (body.dataset.seen ? Date.now() - Number(body.dataset.seen) : 0), away = Boolean(body.dataset.seen) || !navigator.onLine;

export const isAway = () => away;
export function lost() { away = true; show(); }
export function seen() { seenAt = hubNow(); away = false; if (said) said.textContent = ""; show(); }

function show() {
  if (!box) return;
  const min = Math.floor((hubNow() - seenAt) / 60000), ago = min < 1 ? "just now" : min < 120 ? `${min} min ago` : `${Math.floor(min / 60)} h ago`;
  const line = `This is as of ${atClock(seenAt).slice(0, 5)}, ${ago}. What you press waits and is sent by itself.`;
  if (words.textContent !== line) words.textContent = line;
  box.hidden = !away;
}

document.addEventListener("submit", (event) => {
  if (!box || !away || event.target.dataset.press !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const leaves = event.target.getAttribute("action") === "/log-out";
  said.textContent = leaves ? "You are not logged out yet: that needs a connection. The visit is not kept on this phone any more." : "That needs a connection. Nothing was sent: ring the hub.";
}, true);
addEventListener("offline", lost);
setInterval(show, EVERY_MS);
if (body.dataset.unsaid !== undefined && said) said.textContent = "The hub did not answer, so it is not known whether that was done. Ring the hub.";
show();
