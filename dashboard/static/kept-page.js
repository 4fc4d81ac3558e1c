// For the time when the hub is away: its worker is made known to this browser, and who sits here is remembered.
import { forget, remember } from "./who.js";

remember({ id: Number(document.body.dataset.me), name: document.body.dataset.user });
navigator.serviceWorker?.register("/calls-worker.js", { scope: "/calls" }).catch(() => {}); // without it the page says so itself
document.querySelector("form[action='/log-out']")?.addEventListener("submit", forget);
