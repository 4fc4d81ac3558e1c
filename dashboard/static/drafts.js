// What is being typed and is not said yet (a note, a number on the pad) lies in the drawer too, so that a closed tab or a
// dead machine loses nothing of it. It is never sent as it is: saying it puts the real thing into the outbox.
const DRAFT = "draft";

export class Drafts {
  constructor(outbox) { Object.assign(this, { outbox, kept: new Map(), said: new Map(), chain: Promise.resolve() }); }

  get(name) { return this.said.get(name); }

  set(name, value) {
    if (value) this.said.set(name, value); else this.said.delete(name);
    return this.keep(name, value);
  }

  dropAll(prefix) { return Promise.all([...this.said.keys()].filter((name) => name.startsWith(prefix)).map((name) => this.set(name, ""))); }

  keep(name, value) {
    this.chain = this.chain.then(() => this.#write(name, value)).catch(() => {}); // without a disk it stands on the page alone
    return this.chain;
  }

  async #write(name, value) {
    const { drawer, author, call } = this.outbox, n = this.kept.get(name);
    if (!value) { if (n) await drawer.drop([n]); this.kept.delete(name); return; }
    this.kept.set(name, await drawer.put({ ...(n ? { n } : {}), call, kind: DRAFT, author, at: Date.now(), body: { name, value } }));
  }

  // What was being typed when this page was last open.
  async find() {
    const { drawer, author, call } = this.outbox;
    for (const row of await drawer.rows()) {
      if (row.kind !== DRAFT || row.author !== author || row.call !== call) continue;
      const body = await drawer.open(row).catch(() => null);
      if (body) { this.said.set(body.name, body.value); this.kept.set(body.name, row.n); }
    }
    return this;
  }
}
