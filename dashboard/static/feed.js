// The connection to the hub's feed: resumes from its cursor after any gap, or has a fresh snapshot taken in place.
import * as clock from "/static/clock.js";

const STALE_MS = 5000, FIRST_WAIT_MS = 250, LONGEST_WAIT_MS = 8000, LOGGED_OUT_WAIT_MS = 10000, HERE_MS = 60000;
const LOG_IN_ENDED = 4401, NOT_ALLOWED = 4403, TAKE_SNAPSHOT = 4409;

// snapshot() returns {cursor, epoch}; event(message) shows one; state({stale, age, words}) says how live it is
export function follow({ cursor, epoch, event, snapshot, state, as = "" }) {
  let socket = null, heard = performance.now(), wait = FIRST_WAIT_MS, timer = 0, refused = "", here = 0, told = 0;

  function connect() {
    clearTimeout(timer);
    drop();
    const url = new URL("/feed", location.href.replace(/^http/, "ws"));
    url.searchParams.set("since", cursor);
    if (epoch) url.searchParams.set("epoch", epoch);
    if (as) url.searchParams.set("as", as);
    const mine = socket = new WebSocket(url);
    mine.onmessage = ({ data }) => { if (mine === socket) take(JSON.parse(data)); };
    mine.onclose = ({ code }) => { if (mine === socket) closed(code); };
  }

  function drop() {
    const old = socket;
    socket = null;
    old?.close();
  }

  function take(message) {
    heard = performance.now();
    wait = FIRST_WAIT_MS;
    refused = "";
    if (message.reset) { drop(); afresh(); return; }
    if (message.beat) {
      clock.set(Date.parse(message.now));
      epoch = message.epoch || epoch;
      if (message.cursor > cursor) { connect(); return; } // something did not arrive
      show();
      return;
    }
    if (message.cursor === undefined) { event(message); return; }
    if (message.cursor <= cursor) return; // seen already
    if (message.cursor !== cursor + 1) { connect(); return; }
    cursor = message.cursor;
    if (message.topic) event(message);
  }

  async function afresh() {
    try {
      ({ cursor, epoch } = await snapshot());
      heard = performance.now();
      connect();
    } catch {
      again();
    }
  }

  function closed(code) {
    socket = null;
    if (code === TAKE_SNAPSHOT) { afresh(); return; }
    if (code === LOG_IN_ENDED) refused = "Your log-in has ended. Log in again in another tab; this page will go on by itself.";
    if (code === NOT_ALLOWED) refused = "You may not follow this board. Ask your manager.";
    again(refused ? LOGGED_OUT_WAIT_MS : 0);
  }

  function again(atLeast = 0) {
    clearTimeout(timer);
    timer = setTimeout(connect, Math.max(atLeast, wait * (0.7 + Math.random() * 0.6)));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  function show() {
    const age = performance.now() - heard, stale = age > STALE_MS || refused !== "";
    clock.stop(stale);
    state({ stale, age, words: refused });
    if (stale && socket?.readyState === WebSocket.OPEN && !refused) { again(); drop(); } // open, and silent
  }

  function atHand() { here = performance.now(); }
  for (const kind of ["pointerdown", "pointermove", "keydown"]) addEventListener(kind, atHand, { passive: true });
  setInterval(() => { // somebody is at the board: the log-in is in use
    if (here > told && performance.now() - told > HERE_MS && socket?.readyState === WebSocket.OPEN) {
      told = performance.now();
      socket.send("here");
    }
    show();
  }, 1000);
  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) connect(); });
  connect();
}
