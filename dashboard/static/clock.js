// The hub's time, which may not be this computer's: moved by each beat, and stopped while the feed is stale.
let offset = 0, stopped = false;
const zone = document.body.dataset.zone || "Europe/London";
const hourMinute = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const withSeconds = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });

export function set(ms) { offset = ms - performance.now(); }
export function now() { return performance.now() + offset; }
export function stop(yes) { stopped = yes; }
export function isStopped() { return stopped; }

export const clock = (ms) => hourMinute.format(ms);
export const clockSeconds = (ms) => withSeconds.format(ms);

// 0:46 hours and minutes; over a day in days, because nobody reads 47:59 at a glance
export function left(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60000);
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} days`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export function minutesSeconds(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function ago(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

// "14:20" as people say it: the last time it was so, by the place's own clock
export function timeSaid(text) {
  const found = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(text.trim());
  if (!found) return null;
  const [hour, minute] = clock(now()).split(":").map(Number);
  const back = (hour * 60 + minute - (Number(found[1]) * 60 + Number(found[2])) + 1440) % 1440;
  return new Date(Math.floor(now() / 60000) * 60000 - back * 60000).toISOString();
}

const shown = document.getElementById("clock");
if (shown?.dataset.now) set(Number(shown.dataset.now));

export function tickClock() {
  if (stopped || !shown) return;
  const text = clockSeconds(now());
  if (shown.textContent !== text) shown.textContent = text;
}
