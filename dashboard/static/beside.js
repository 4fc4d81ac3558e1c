// Somebody else on this call: who, in which field, and what they typed. It stands here within a second, but never in a
// field that is being typed in; where two differ, both are shown and one is chosen. Choosing is typing.
import { freshId } from "./outbox.js";
import { call, $ } from "./on-call.js";
import { csrf } from "./post.js";
import { atClock } from "./ticking.js";

const ALONE_MS = 2000, TOGETHER_MS = 1000;
const me = document.body.dataset.user, label = (field) => $(`f-${field}`)?.closest(".cap").querySelector("label").firstChild.textContent.trim() ?? field;
export const here = freshId().replaceAll("-", "").slice(0, 12);

export class Beside {
  constructor(outbox, say) {
    Object.assign(this, { outbox, say, seen: new Map(), restored: new Set(), pause: ALONE_MS, shown: "" });
    for (const field of document.querySelectorAll("[data-field]")) {
      outbox.heads.set(field.dataset.field, field.dataset.entry);
      this.seen.set(field.dataset.field, field.value);
    }
    addEventListener("pagehide", () => fetch(`/api/calls/${call}/leave?window=${here}`, { method: "POST", keepalive: true, headers: { "X-CSRF-Token": csrf() } }).catch(() => {}));
  }

  query() { return new URLSearchParams({ window: here, ...(document.activeElement?.dataset?.field && { field: document.activeElement.dataset.field }) }); }

  // what lay unsent from this page's last time follows what it was typed after
  unsent({ id, field }) { this.outbox.heads.set(field, id); this.restored.add(field); }

  typed(field) { this.seen.delete(field); delete this.#label(field).dataset.by; }

  saved(said, left) {
    if (!left) this.restored.clear();
    this.#differ(said.differ);
  }

  take({ others, fields, differ }) {
    this.pause = others.length ? TOGETHER_MS : ALONE_MS;
    this.#who(others);
    for (const [field, one] of Object.entries(fields)) this.#put(field, one);
    this.#differ(differ);
  }

  #label(field) { return $(`f-${field}`).closest(".cap").querySelector("label"); }

  #put(field, { value, entry, by }) {
    const { outbox } = this, element = $(`f-${field}`);
    if (!element || this.restored.has(field) || outbox.drafts.has(field) || outbox.latest.has(field)) return; // ours is on its way
    if (entry === outbox.heads.get(field) && [undefined, value].includes(this.seen.get(field))) { this.seen.set(field, value); return; }
    if (document.activeElement === element) return; // when it is left; what is typed until then is told apart by the hub
    if (element.value !== value && by && by !== me) {
      this.#label(field).dataset.by = by;
      this.say(`${by} typed “${value}” in ${label(field)}.`);
    }
    element.value = value;
    outbox.heads.set(field, entry);
    this.seen.set(field, value);
  }

  #who(others) {
    const names = [...new Set(others.map((one) => (one.same ? "another window of yours" : one.name)))];
    const where = others.map((one) => one.field && `${one.same ? "yours" : one.name.split(" ")[0]} in ${label(one.field)}`).filter(Boolean);
    const words = names.length ? `${names.join(" and ")} also ${names.length > 1 ? "have" : "has"} this call open` : "";
    $("beside").hidden = !words;
    $("beside-who").textContent = words && `${words[0].toUpperCase()}${words.slice(1)}`;
    $("beside-where").textContent = where.length ? `: ${where.join(", ")}` : "";
    if (words !== this.shown) { this.shown = words; this.say(words || "Nobody else has this call open any more."); }
  }

  #differ(all) {
    const place = $("differ"), text = JSON.stringify(all);
    if (place.dataset.shown === text) return;
    place.dataset.shown = text;
    place.hidden = !all.length;
    place.replaceChildren(...all.map((one, n) => this.#choice(one, n)));
    if (all.length) this.say(place.textContent);
  }

  #choice({ field, stands, other }, n) {
    const line = document.createElement("p"), words = document.createElement("span");
    const whose = (one) => (one.by === me ? "mine" : `${one.by.split(" ")[0]}’s`), said = (one) => (one.value ? `“${one.value}”` : "nothing");
    const yours = other.by === me ? "yours" : `${other.by}, ${atClock(other.at).slice(0, 5)}`;
    words.innerHTML = "<b></b> <span></span>";
    words.firstChild.textContent = label(field).replace(/[^?]$/, "$&:");
    words.lastChild.textContent = `${stands.by === me ? "You" : stands.by} typed ${said(stands)} at ${atClock(stands.at).slice(0, 5)}, and it stands; ${yours}: ${said(other)}`;
    line.append(words, this.#button(`differ-${n}`, `Keep ${whose(stands)}`, field, stands.value, stands.id), this.#button(`differ-${n}-other`, `Use ${stands.by === other.by ? "the other" : whose(other)}`, field, other.value, stands.id));
    if (!n) {
      const leads = document.createElement("button");
      Object.assign(leads, { type: "button", className: "btn btn--quiet btn--small", innerHTML: '<kbd class="letter">l</kbd> choose' });
      Object.assign(leads.dataset, { focuses: "differ-0", key: "l", keySays: "choose between what two people typed" });
      line.append(leads);
    }
    return line;
  }

  #button(id, words, field, value, after) {
    const button = document.createElement("button");
    Object.assign(button, { id, type: "button", className: "btn btn--small", textContent: words });
    button.onclick = () => {
      const entry = freshId();
      this.outbox.heads.set(field, entry);
      this.seen.delete(field);
      $(`f-${field}`).value = value;
      this.outbox.put("typed", { id: entry, field, value, typed_at: new Date().toISOString(), after });
    };
    return button;
  }
}
