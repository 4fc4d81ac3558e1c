// What a handler types and answers is in the drawer before it is on the wire, goes to the hub in order, and leaves the
// drawer only when the hub has said that it is saved. A 401 asks for the log-in and goes on; another refusal is shown
// to a human and kept. One sender for a call, whatever the number of tabs; the list of calls sends what closed tabs left.
import { openDrawer } from "./drawer.js";

const LEFT_MS = 10000, PAUSE_MS = 300, TIMEOUT_MS = 5000, MOST = 50, SLOWEST_MS = 8000;
const ROUTES = {
  begin: () => "/api/calls/begun",
  end: (call) => `/api/calls/${call}/end`,
  999: (call) => `/api/calls/${call}/999`,
  typed: (call) => `/api/calls/${call}/typed`,
  answer: (call) => `/calls/${call}/answer`,
  answer_note: (call) => `/api/calls/${call}/answer-note`,
  note: (call) => `/api/calls/${call}/note`,
  press: (offer) => `/o/${offer}/pressed`,
};
const RETRY = new Set([408, 425, 429]);

export const freshId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

export class Outbox {
  // events: saved(kind, said, bodies, left), away(since), refused(entry), logIn() → promise, fresh() → promise of a new proof
  constructor(drawer, author, call, events) {
    Object.assign(this, { drawer, author, call, events, wait: 500, since: null, chain: Promise.resolve(), latest: new Map(), drafts: new Map(), heads: new Map(), leaving: new Set() });
    addEventListener("online", () => this.send());
  }

  // `call` undefined: send what was left lying by tabs that are gone
  static async open(author, call, events) { return new Outbox(await openDrawer(), author, call, events); }

  get safe() { return this.drawer.safe; }

  // Each stroke is on disk at once; only the sending waits for a pause.
  type(field, value) {
    this.latest.set(field, value);
    this.chain = this.chain.then(() => this.#stroke(field)).catch(() => this.events.away?.(this.#now()));
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.send(), PAUSE_MS);
    return this.chain;
  }

  async #stroke(field) {
    if (!this.latest.has(field)) return; // a later stroke has been written already
    const value = this.latest.get(field), draft = this.drafts.get(field);
    this.latest.delete(field);
    const goesOn = draft && !this.leaving.has(draft.n);
    const id = goesOn ? draft.id : freshId(), after = goesOn ? draft.after : this.heads.get(field) ?? ""; // what stood there when it was begun
    const body = { id, field, value, typed_at: new Date().toISOString(), after };
    this.heads.set(field, id);
    const n = await this.drawer.put({ ...(goesOn ? { n: draft.n } : {}), call: this.call, kind: "typed", author: this.author, at: Date.now(), body });
    this.drafts.set(field, { n, id, after });
  }

  // `first`: before whatever waits already
  put(kind, body, first = false) {
    const at = Date.now();
    this.chain = this.chain.then(() => this.drawer.put({ call: this.call, kind, author: this.author, at, first, body: { id: freshId(), ...body } }));
    return this.chain.then(() => this.send());
  }

  async unsent() {
    const rows = await this.drawer.rows(), mine = (row) => (this.call === undefined ? row.at < Date.now() - LEFT_MS : row.call === this.call);
    return rows.filter((row) => row.kind in ROUTES && row.author === this.author && mine(row)).sort((a, b) => Boolean(b.first) - Boolean(a.first) || a.n - b.n);
  }

  send() {
    if (this.sending) { this.again = true; return this.sending; }
    clearTimeout(this.timer);
    const work = () => this.#all();
    this.sending = (navigator.locks ? navigator.locks.request(`fp-send-${this.call ?? "left"}`, work) : work())
      .finally(() => { this.sending = null; if (this.again) { this.again = false; this.send(); } });
    return this.sending;
  }

  async #all() {
    for (;;) {
      await this.chain;
      await this.#numbered();
      // what was typed on a call that began here waits until the hub has given the call its number
      const waiting = (await this.unsent()).filter((row) => !row.refused && (row.kind === "begin" || row.kind === "press" || typeof row.call === "number"));
      if (!waiting.length) return;
      const batch = this.#head(waiting);
      for (const row of batch) this.leaving.add(row.n);
      const goes = await this.#deliver(batch);
      for (const row of batch) this.leaving.delete(row.n);
      if (!goes) return;
    }
  }

  async #numbered() {
    await this.drawer.settle();
    const number = typeof this.call === "string" && await this.drawer.number(this.call);
    if (!number) return;
    this.call = number;
    for (const field of this.drafts.keys()) this.drafts.delete(field); // its rows may be another's to send by now
  }

  #head(waiting) { // what was typed in a row goes together; an answer goes alone
    const [first] = waiting;
    if (first.kind !== "typed" || this.oneByOne) return [first];
    const other = waiting.findIndex((row) => row.kind !== "typed" || row.call !== first.call);
    return waiting.slice(0, Math.min(other < 0 ? waiting.length : other, MOST));
  }

  async #deliver(batch) {
    const [{ call, kind }] = batch;
    let bodies;
    try {
      bodies = await Promise.all(batch.map((row) => this.drawer.open(row)));
    } catch {
      return this.#refuse(batch, "This can no longer be read on this computer.");
    }
    let response;
    try {
      response = await this.#post(ROUTES[kind](call), kind === "typed" ? { entries: bodies } : kind === "begin" ? { ...bodies[0], sent_at: new Date().toISOString() } : kind === "press" ? { ...bodies[0], words: undefined, ago_s: Math.min(Math.max(Date.now() - batch[0].at, 0) / 1000, 86400) } : bodies[0]);
      if (response.status >= 500 || RETRY.has(response.status)) throw new Error("away");
      if (response.status === 401) { this.events.away?.(this.#now()); await this.events.logIn(); return true; }
      if (response.status === 403 && await this.events.fresh?.()) return true;
      const said = await response.json();
      if (!response.ok && !(kind === "end" && response.status === 409)) return await this.#refuse(batch, said.problem ?? `The hub refused (${response.status}).`, bodies);
      if (kind === "begin") await this.drawer.named(call, said.call);
      await this.drawer.drop(batch.map((row) => row.n));
      for (const [field, draft] of this.drafts) if (batch.some((row) => row.n === draft.n)) this.drafts.delete(field);
      Object.assign(this, { since: null, wait: 500, oneByOne: false });
      this.events.saved?.({ call, kind, said, bodies, row: batch[0], left: (await this.unsent()).filter((row) => !row.refused).length });
      return true;
    } catch {
      this.events.away?.(this.#now());
      this.timer = setTimeout(() => this.send(), this.wait);
      this.wait = Math.min(this.wait * 2, SLOWEST_MS);
      return false;
    }
  }

  #post(path, body) {
    return fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  async #refuse(batch, words, bodies = []) {
    if (batch.length > 1) { this.oneByOne = true; return true; } // find out which one it is; the others go on
    await this.drawer.mark(batch[0].n, words);
    this.oneByOne = false;
    this.events.refused?.({ ...batch[0], refused: words, body: bodies[0] });
    return true;
  }

  async refusals() {
    const rows = (await this.unsent()).filter((row) => row.refused);
    return Promise.all(rows.map(async (row) => ({ ...row, body: await this.drawer.open(row).catch(() => ({})) })));
  }

  async tryAgain(n) { await this.drawer.mark(n, undefined); return this.send(); }

  async giveUp(n) { await this.drawer.drop([n]); }

  #now() { return (this.since ??= new Date()); }
}
