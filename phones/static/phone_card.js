// One phone's card: made once from the template, then patched only where something changed.

const HOLD_PX = 40; // this near to the end of a thread counts as reading along

export function readManner(form) {
  const fields = form.elements;
  const behaviour = fields.namedItem("behaviour").value;
  const seconds = Number.parseFloat(fields.namedItem("seconds").value);
  return {
    behaviour,
    callbacks: fields.namedItem("callbacks").value,
    seconds: behaviour === "slow" && Number.isFinite(seconds) ? seconds : null,
  };
}

/** Shows what the network says, unless somebody is choosing just now. */
export function fillManner(form, manner) {
  if (form.contains(document.activeElement)) return;
  const fields = form.elements;
  fields.namedItem("behaviour").value = manner.behaviour;
  fields.namedItem("callbacks").value = manner.callbacks;
  if (manner.seconds !== null) fields.namedItem("seconds").value = manner.seconds;
}

function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function reveal(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

function spoken(number) {
  const home = number.replace(/^\+44/, "0");
  return home.length === 11 ? `${home.slice(0, 5)} ${home.slice(5)}` : home;
}

function clock(iso) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

function words(entry) {
  if (entry.kind === "key") return `Pressed ${entry.text}`;
  return entry.kind === "said" ? `“${entry.text}”` : entry.text;
}

function footnote(entry) {
  const parts = [clock(entry.at)];
  if (entry.kind === "said") parts[0] += " said on the phone";
  if (entry.kind === "notice") parts[0] += " from the carrier";
  if (entry.kind === "text" && entry.way === "to_phone") {
    const failed = entry.status === "undelivered" || entry.status === "failed";
    parts[0] += failed ? ` not delivered (${entry.error_code})` : ` ${entry.status ?? ""}`;
    parts.push(`${entry.count} of ${entry.room}`);
    if (entry.segments > 1) parts.push(`${entry.segments} parts`);
  }
  if (entry.note) parts.push(entry.note);
  return parts.join(" · ");
}

function look(entry) {
  const names = ["msg"];
  if (entry.kind === "call" || entry.kind === "notice" || entry.kind === "said") names.push(`msg--${entry.kind}`);
  if (entry.way === "from_phone" && entry.kind !== "call") names.push("msg--in");
  if (entry.note) names.push("msg--odd");
  if (entry.status === "undelivered" || entry.status === "failed") names.push("msg--bad");
  return names.join(" ");
}

export class PhoneCard {
  constructor(number, act) {
    this.number = number;
    this.act = act;
    this.path = `${encodeURIComponent(number)}/`;
    this.call = null;
    this.entries = new Map();
    this.busy = false;
    this.element = document.getElementById("phone-card").content.firstElementChild.cloneNode(true);
    this.parts = {};
    for (const node of this.element.querySelectorAll("[data-part]")) this.parts[node.dataset.part] = node;
    this.parts.manner.append(document.getElementById("phone-manner").content.cloneNode(true));
    this.#label();
    this.#listen();
  }

  #label() {
    const id = `phone-${this.number.slice(1)}`;
    this.parts.owner.id = `${id}-owner`;
    this.element.setAttribute("aria-labelledby", `${id}-owner`);
    this.parts["reply-field"].id = `${id}-reply`;
    this.parts["reply-label"].htmlFor = `${id}-reply`;
  }

  #listen() {
    this.parts.reply.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say(this.parts["reply-field"].value, true);
    });
    this.parts.manner.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(this.parts.error, `${this.path}behaviour`, "PUT", readManner(this.parts.manner));
    });
    this.parts.call.addEventListener("keydown", (event) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
      if (this.call?.status === "in-progress") this.#do("key", event.key);
    });
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.say) this.#say(button.dataset.say, false);
      else if (button?.dataset.do) this.#do(button.dataset.do, button.dataset.digit);
    });
  }

  async #say(body, typed) {
    const field = this.parts["reply-field"];
    if (body.trim() === "" || this.busy) return;
    this.busy = true; // one at a time; the button stays enabled, so that it keeps the focus
    const done = await this.act(this.parts.error, `${this.path}text`, "POST", { body });
    if (done && typed && field.value === body) field.value = "";
    this.busy = false;
  }

  async #do(what, digit) {
    if (this.busy) return;
    this.busy = true;
    if (what === "ring") await this.act(this.parts.error, `${this.path}ring`, "POST");
    else if (this.call) {
      const body = what === "key" ? { digit } : undefined;
      await this.act(this.parts.error, `${this.path}calls/${this.call.sid}/${what}`, "POST", body);
    }
    this.busy = false;
  }

  /** Brings the card up to date; returns what somebody who cannot see it should hear. */
  patch(phone) {
    const { parts } = this;
    put(parts.owner, phone.owner);
    put(parts.label, phone.label);
    put(parts.number, spoken(phone.number));
    put(parts["reply-label"], `Reply from ${phone.owner}`);
    parts.thread.setAttribute("aria-label", `Texts and calls of ${phone.owner}`);
    parts.call.setAttribute("aria-label", `Call on ${phone.owner}'s phone`);
    reveal(parts["opted-out"], phone.opted_out);
    const odd = [phone.behaviour, phone.callbacks].filter((one) => one !== "normal" && one !== "once");
    reveal(parts["manner-tag"], odd.length > 0);
    put(parts["manner-tag"], odd.join(", ").replaceAll("_", " "));
    reveal(parts.quick, phone.kind === "responder");
    fillManner(parts.manner, phone);
    this.searched = `${phone.owner} ${phone.label} ${phone.number} ${spoken(phone.number)} ${phone.kind}`.toLowerCase();
    const heard = this.#patchThread(phone);
    const rings = this.#patchCall(phone);
    return rings ? [...heard, rings] : heard;
  }

  #patchThread(phone) {
    const { thread } = this.parts;
    const along = thread.scrollHeight - thread.scrollTop - thread.clientHeight < HOLD_PX;
    const kept = new Set(phone.thread.map((entry) => entry.id));
    const heard = [];
    for (const entry of phone.thread) {
      const known = this.entries.get(entry.id);
      if (!known && entry.kind !== "key") heard.push(`${phone.owner}: ${words(entry)}.`);
      this.#patchEntry(entry, known);
    }
    for (const [id, node] of this.entries) {
      if (!kept.has(id)) {
        node.remove();
        this.entries.delete(id);
      }
    }
    if (along) thread.scrollTop = thread.scrollHeight;
    return heard;
  }

  #patchEntry(entry, known) {
    const node = known ?? document.createElement("p");
    if (!known) {
      node.append(words(entry), document.createElement("small"));
      this.parts.thread.append(node);
      this.entries.set(entry.id, node);
    }
    put(node.lastElementChild, footnote(entry));
    const names = look(entry);
    if (node.className !== names) node.className = names;
  }

  /** A call takes its buttons with it when it ends, but never the keyboard's place. */
  #patchCall(phone) {
    const { parts } = this;
    const held = parts.call.contains(document.activeElement) || document.activeElement === parts.ring;
    const call = phone.calls.find((one) => one.status !== "queued") ?? null;
    const ringsHere = call?.status === "ringing" && call.direction === "from_hub";
    const news = ringsHere && this.call?.sid !== call.sid;
    const wasLive = this.call !== null;
    this.call = call;
    reveal(parts.ring, phone.kind === "caller" && call === null);
    reveal(parts.call, call !== null);
    for (const button of parts.call.querySelectorAll("button")) {
      const what = button.dataset.do;
      const forRinging = what === "answer" || what === "decline";
      reveal(button, call !== null && (forRinging ? ringsHere : !ringsHere) && (what !== "key" || call.wants_key));
    }
    if (call) put(parts["call-words"], ringsHere ? "The hub is ringing" : `In a call: ${call.doing || "connected"}`);
    if (held && document.activeElement?.closest("[hidden]") !== null) this.#refocus(call, wasLive);
    else if (held && document.activeElement === document.body) this.#refocus(call, wasLive);
    return news ? `${phone.owner}'s phone is ringing.` : "";
  }

  /** Never on to another button: a second Enter must not answer, press or hang up by accident. */
  #refocus(call, wasLive) {
    const { parts } = this;
    if (call) parts.call.focus();
    else if (wasLive) (parts.ring.hidden ? parts["reply-field"] : parts.ring).focus();
  }
}
