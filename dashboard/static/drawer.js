// The drawer in which unsent things lie, on this computer's own disk: IndexedDB with strict durability, encrypted with a
// key that the page can use and cannot export. Without a secure context it lies in memory alone, and says so.
const STRICT = { durability: "strict" };
const done = (request) => new Promise((ok, no) => {
  request.onsuccess = request.oncomplete = () => ok(request.result);
  request.onerror = request.onabort = () => no(request.error);
});

async function openDisk() {
  const opening = indexedDB.open("first-point", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("unsent", { keyPath: "n", autoIncrement: true });
    opening.result.createObjectStore("keys");
  };
  return done(opening);
}

async function keyOf(db) {
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const work = db.transaction("keys", "readwrite", STRICT), keys = work.objectStore("keys");
  const kept = await done(keys.get("drawer"));
  if (!kept) keys.put(fresh, "drawer"); // two tabs at once: the first one's key stands
  await done(work);
  return kept ?? fresh;
}

class Disk {
  safe = true;
  constructor(db, key) { Object.assign(this, { db, key }); }

  async #sealed(body) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(JSON.stringify(body)));
    return { iv, box };
  }

  async put({ body, ...row }) {
    const sealed = await this.#sealed(body);
    const work = this.db.transaction("unsent", "readwrite", STRICT);
    const n = await done(work.objectStore("unsent").put({ ...row, ...sealed }));
    await done(work); // complete means on disk
    return n;
  }

  async rows() {
    return done(this.db.transaction("unsent").objectStore("unsent").getAll());
  }

  async open(row) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, this.key, row.box);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async mark(n, refused) {
    const work = this.db.transaction("unsent", "readwrite", STRICT), store = work.objectStore("unsent");
    const row = await done(store.get(n));
    if (row) store.put({ ...row, refused });
    await done(work);
  }

  async drop(numbers) {
    const work = this.db.transaction("unsent", "readwrite", STRICT);
    for (const n of numbers) work.objectStore("unsent").delete(n);
    await done(work);
  }

  // A call that began here has its number now: what lies here of it, and what may still be put here, belongs to that.
  async named(id, number) {
    const work = this.db.transaction("keys", "readwrite", STRICT);
    work.objectStore("keys").put(number, `call ${id}`);
    await done(work);
    await this.settle();
  }

  async number(id) { return done(this.db.transaction("keys").objectStore("keys").get(`call ${id}`)); }

  async settle() {
    const work = this.db.transaction(["unsent", "keys"], "readwrite", STRICT), store = work.objectStore("unsent"), keys = work.objectStore("keys");
    for (const row of await done(store.getAll())) {
      if (typeof row.call !== "string") continue;
      const number = await done(keys.get(`call ${row.call}`));
      if (number) { if (row.kind === "begin") store.delete(row.n); else store.put({ ...row, call: number }); }
    }
    await done(work);
  }
}

class Memory {
  safe = false;
  #rows = new Map();
  #names = new Map();
  #n = 0;
  async put(row) { const n = row.n ?? ++this.#n; this.#rows.set(n, { ...row, n }); return n; }
  async rows() { return [...this.#rows.values()]; }
  async open(row) { return row.body; }
  async mark(n, refused) { const row = this.#rows.get(n); if (row) this.#rows.set(n, { ...row, refused }); }
  async drop(numbers) { for (const n of numbers) this.#rows.delete(n); }
  async number(id) { return this.#names.get(id); }
  async named(id, number) { this.#names.set(id, number); return this.settle(); }
  async settle() {
    for (const row of this.#rows.values()) {
      const number = this.#names.get(row.call);
      if (number && row.kind === "begin") this.#rows.delete(row.n); else if (number) row.call = number;
    }
  }
}

export async function openDrawer() {
  try {
    const db = await openDisk();
    return new Disk(db, await keyOf(db));
  } catch {
    return new Memory();
  }
}
