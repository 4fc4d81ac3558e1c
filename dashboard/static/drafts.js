// What is being typed and is not said yet (a note, a number on the pad) lies in the drawer too, so that a closed tab or a
// dead machine loses nothing of it. It is never sent as it is: saying it puts the real thing into the outbox.
const DRAFT = "draft";

export class Drafts {
  constructor(outbox) { Object.assign(this, { outbox, kept: new Map(), chain: Promise.resolve() }); }

  keep(name, value) {
    this.chain = this.chain.then(() => this.#write(name, value)).catch(() => {}); // without a disk it stands on the page alone
    return this.chain;
  }

  async #write(name, value) {
    const { drawer, author, call } = this.outbox, n = this.kept.get(name);
    if (!value) { if (n) await drawer.drop([n]); this.kept.delete(name); return; }
    this.kept.set(name, await drawer.put({ ...(n ? { n } : {}), call, kind: DRAFT, author, at: Date.now(), body: { name, value } }));
  }

  drop(...names) { return Promise.all(names.map((name) => this.keep(name, ""))); }

  // What was being typed when this page was last open, by name.
  async found() {
    const { drawer, author, call } = this.outbox, found = new Map();
    for (const row of await drawer.rows()) {
      if (row.kind !== DRAFT || row.author !== author || row.call !== call) continue;
      const body = await drawer.open(row).catch(() => null);
      if (body) { found.set(body.name, body.value); this.kept.set(body.name, row.n); }
    }
    return found;
  }
}
