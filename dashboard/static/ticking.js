// Times that run: on the hub's clock, which a training place may move.
const started = document.getElementById("clock");
let offset = (Number(started?.dataset.now) || Date.now()) - Date.now();
const zone = document.body.dataset.zone || "Europe/London";
const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone });

export const hubNow = () => Date.now() + offset;
export const setHubNow = (iso) => { offset = Date.parse(iso) - Date.now(); };
export const atClock = (when) => format.format(new Date(when));

const two = (n) => String(n).padStart(2, "0");
const long = (s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
const roomy = (s) => (s >= 7200 ? `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min` : s >= 600 ? `${Math.floor(s / 60)} min` : short(s));
const short = (s) => `${Math.floor(s / 60)}:${two(s % 60)}`;

export function tick() {
  if (started) started.textContent = atClock(hubNow()).slice(0, 5);
  for (const one of document.querySelectorAll("[data-since]")) {
    const end = one.dataset.stopped ? Date.parse(one.dataset.stopped) : hubNow();
    const passed = Math.max(0, Math.floor((end - Date.parse(one.dataset.since)) / 1000));
    put(one, one.id === "elapsed" ? long(passed) : short(passed));
    if (one.dataset.amber) one.dataset.late = passed >= Number(one.dataset.red) ? "red" : passed >= Number(one.dataset.amber) ? "amber" : "";
  }
  for (const one of document.querySelectorAll("[data-until]")) {
    const left = Math.round((Date.parse(one.dataset.until) - hubNow()) / 1000);
    put(one, left >= 0 ? `${roomy(left)} left` : `${roomy(-left)} over`);
    one.classList.toggle("over", left < 0);
  }
}

function put(element, words) { if (element.textContent !== words) element.textContent = words; }

setInterval(tick, 1000);
tick();
