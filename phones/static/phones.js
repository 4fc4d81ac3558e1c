// The training phones: follows the network's state and keeps one card per phone up to date, in place.
import { PhoneCard, fillManner, readManner } from "./phone_card.js";

const WAIT_S = 15;
const PATIENCE_MS = (WAIT_S + 10) * 1000;
const RETRY_MS = [500, 1000, 2000, 5000];
const AWAY = "The training phones do not answer; trying again";

const main = document.getElementById("phones");
const grid = document.getElementById("phones-grid");
const stateLine = document.getElementById("phones-state");
const news = document.getElementById("phones-news");
const find = document.getElementById("phones-find");
const part = (name) => main.querySelector(`[data-part="${name}"]`);
const cards = new Map();

class Refused extends Error {}

/** One request to the network, by way of the dashboard. Throws Refused with the server's own sentence. */
async function ask(path, method = "GET", body = undefined) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    if (body !== undefined) headers["Content-Type"] = "application/json";
  }
  const response = await fetch(main.dataset.api + path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (response.ok && !response.redirected) return response.json();
  if (response.redirected || response.status === 401 || response.status === 403) {
    throw new Refused("You are logged out, or may not use the training phones. Load this page again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status < 500 && (answer.detail || answer.message)) throw new Refused(String(answer.detail || answer.message));
  throw new Error(`HTTP ${response.status}`);
}

/** For people: does what they asked, and says in `place` when it could not be done. True when done. */
async function act(place, path, method, body) {
  try {
    await ask(path, method, body);
    place.textContent = "";
    return true;
  } catch (error) {
    place.textContent = error instanceof Refused ? error.message : "Not sent: the training phones do not answer. Try again.";
    return false;
  }
}

function show(state, words) {
  stateLine.dataset.state = state;
  if (stateLine.textContent !== words) stateLine.textContent = words;
}

function order(phone) {
  const kinds = ["responder", "staff", "caller"];
  return `${kinds.indexOf(phone.kind)} ${phone.owner} ${phone.number}`;
}

function place(phone) {
  const known = cards.get(phone.number);
  if (known) return known;
  const card = new PhoneCard(phone.number, act);
  card.order = order(phone);
  const after = [...cards.values()].filter((one) => one.order > card.order).sort((a, b) => (a.order < b.order ? -1 : 1));
  grid.insertBefore(card.element, after[0]?.element ?? null);
  cards.set(phone.number, card);
  return card;
}

function narrow() {
  const words = find.value.trim().toLowerCase();
  for (const card of cards.values()) {
    const hide = words !== "" && !card.searched.includes(words);
    if (card.element.hidden !== hide) card.element.hidden = hide;
  }
}

function patchNetwork(network) {
  const tag = part("network-tag");
  const odd = network.behaviour !== "normal" || network.callbacks !== "once";
  tag.hidden = !odd;
  tag.textContent = odd ? `now: ${[network.behaviour, network.callbacks].filter((one) => !["normal", "once"].includes(one)).join(", ").replaceAll("_", " ")}` : "";
  fillManner(part("network-manner"), network);
}

let seen = null; // while a whole snapshot is read: the numbers in it, so that what is gone can go

function apply(state, quiet) {
  patchNetwork(state.network);
  if (state.fresh) seen = new Set();
  const heard = [];
  for (const phone of state.phones) {
    const card = place(phone);
    heard.push(...card.patch(phone));
    seen?.add(phone.number);
  }
  if (seen && !state.more) {
    for (const [number, card] of cards) {
      if (!seen.has(number)) {
        card.element.remove();
        cards.delete(number);
      }
    }
    seen = null;
  }
  narrow();
  document.getElementById("phones-empty").hidden = cards.size > 0;
  if (!quiet && heard.length) news.textContent = heard.slice(-3).join(" ");
}

async function follow() {
  let cursor = 0;
  let failures = 0;
  let begun = false;
  for (;;) {
    try {
      const wait = begun && failures === 0 ? WAIT_S : 0;
      const state = await ask(`state?since=${cursor}&wait=${wait}`);
      apply(state, !begun || state.fresh);
      cursor = state.cursor;
      begun = begun || !state.more;
      failures = 0;
      show("live", cards.size === 1 ? "1 phone, connected" : `${cards.size} phones, connected`);
    } catch (error) {
      const words = error instanceof Refused ? error.message : AWAY;
      show("away", words);
      const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
      failures += 1;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function start() {
  const form = part("network-manner");
  form.append(document.getElementById("phone-manner").content.cloneNode(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(part("network-error"), "network", "PUT", readManner(form));
  });
  find.addEventListener("input", narrow);
  show("waiting", "Connecting to the training phones…");
  follow();
}

start();
