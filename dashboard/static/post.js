// One way to tell the hub something: JSON with the proof that it came from our page; a refusal is a sentence to show.
const TIMEOUT_MS = 15000;

export class Problem extends Error {
  constructor(words, status = 0, fields = []) {
    super(words);
    this.status = status;
    this.fields = fields; // [{field, problem}]
  }
}

export function csrf() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

export async function post(path, body = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRF-Token": csrf() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Problem("The hub did not answer, so it is not known whether this was done. What you typed is kept; look, and try again.");
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  if (response.status === 401) throw new Problem("Your log-in has ended and nothing was changed. Log in again in another tab, then try once more.", 401);
  throw new Problem(sentence(said, response.status), response.status, said.fields ?? []);
}

function sentence(said, status) {
  const fields = (said.fields ?? []).map((fault) => `${fault.field}: ${fault.problem}`).join("; ");
  return [said.problem ?? `The hub refused (${status}). Nothing was changed.`, fields].filter(Boolean).join(" ");
}
