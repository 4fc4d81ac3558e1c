// The case beside the list: opens, refreshes itself part by part when something about it happens, and closes; what is
// typed stays with its form, even while another case is looked at.
import { isStopped, left, now } from "/static/clock.js";
import { parse, putBack, reconcile, rememberTree, typedIn } from "/static/patch.js";

const panel = document.getElementById("panel"), REFRESH_MS = 20000, AT_ONCE_MS = 150;
const drafts = new Map();
let open = panel.querySelector("#case-panel")?.dataset.case ?? null, from = null, asked = 0, soon = 0, said = () => {};

export const openId = () => open;

async function fetched(id) {
  const response = await fetch(`/cases/${id}/panel`, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!response.ok) throw new Error(response.status === 404 ? "There is no such case here." : "The case could not be loaded. Try again.");
  return parse(await response.text());
}

export async function openCase(id, link) {
  const mine = ++asked;
  keepDrafts();
  from = link ?? from;
  try {
    const next = await fetched(id);
    if (mine !== asked) return; // another was asked for meanwhile
    open = id;
    rememberTree(next);
    panel.replaceChildren(next);
  } catch (problem) {
    if (mine !== asked) return;
    open = id;
    const words = document.createElement("p");
    words.className = "sect error";
    words.textContent = problem.message;
    panel.replaceChildren(words);
  }
  panel.hidden = false;
  document.body.classList.add("board--panel");
  putBack(panel, drafts);
  here();
  versions();
  tick();
  history.replaceState(null, "", `#case=${id}`);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" }); // where it stands below the alarms, on a small screen
  said();
}

export function closeCase() {
  keepDrafts();
  const id = open;
  open = null;
  asked += 1;
  panel.hidden = true;
  panel.replaceChildren();
  document.body.classList.remove("board--panel");
  here();
  history.replaceState(null, "", location.pathname);
  const back = from?.isConnected ? from : document.querySelector(`#case-${id} a`) ?? document.getElementById("list");
  back.focus({ preventScroll: true });
  back.scrollIntoView({ block: "nearest" });
  said();
}

function keepDrafts() {
  for (const [name, value] of typedIn(panel)) drafts.set(name, value);
}

// which row the open case is
function here() {
  for (const row of document.querySelectorAll("#rows > .here")) { row.classList.remove("here"); row.removeAttribute("aria-current"); }
  const row = open && document.getElementById(`case-${open}`);
  row?.classList.add("here");
  row?.setAttribute("aria-current", "true");
}

export function caseChanged(id) {
  if (String(id) !== String(open)) return;
  clearTimeout(soon); // several things happen in one breath
  soon = setTimeout(refresh, AT_ONCE_MS);
}

async function refresh() {
  const id = open;
  if (!id) return;
  try {
    const next = await fetched(id), shown = panel.querySelector("#case-panel");
    if (id !== open) return;
    if (!shown) { rememberTree(next); panel.replaceChildren(next); return; }
    shown.dataset.version = next.dataset.version;
    const scrolled = panel.querySelector("#cp-scroll")?.scrollTop;
    reconcile(shown, next);
    if (scrolled !== undefined) panel.querySelector("#cp-scroll").scrollTop = scrolled;
    here();
    versions();
    tick();
  } catch { /* the feed says that the hub is away; the next refresh tries again */ }
}

// a key of the action bar leads to what it names; pressing that is one more key, so that no letter alone sends a text
function goTo(target) {
  if (!target) return;
  for (let around = target.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
}

// an outcome is about the case as it is shown
function versions() {
  const shown = panel.querySelector("#case-panel");
  for (const form of panel.querySelectorAll("form[data-version]")) form.dataset.body = JSON.stringify({ version: Number(shown.dataset.version) });
}

function tick() {
  if (isStopped()) return;
  for (const shown of panel.querySelectorAll("[data-when]")) {
    const ms = Number(shown.dataset.when) - now(), text = ms >= 0 ? `in ${left(ms)}` : `${left(ms)} late`;
    if (shown.textContent !== text) shown.textContent = text;
  }
}

export function wirePanel({ closed } = {}) {
  said = closed ?? said;
  panel.addEventListener("click", (event) => {
    if (event.target.closest("#close-panel")) closeCase();
    const goes = event.target.closest("[data-goes-to]");
    if (goes) goTo(panel.querySelector(goes.dataset.goesTo));
  });
  panel.addEventListener("fp-done", (event) => {
    for (const field of event.target.elements) drafts.delete(`${event.target.dataset.keep} ${field.name}`);
    caseChanged(open);
  });
  panel.addEventListener("keydown", (event) => { // Enter in a field presses no button that somebody did not choose
    if (event.key === "Enter" && event.target.matches("form[data-choose] input")) { event.preventDefault(); event.target.form.querySelector("button").focus(); }
  });
  setInterval(() => { if (open && !document.hidden && !isStopped()) refresh(); }, REFRESH_MS);
  setInterval(tick, 1000);
  if (open) rememberTree(panel.querySelector("#case-panel"));
  versions();
  tick();
  const asked = /^#case=(\d+)$/.exec(location.hash);
  if (asked && !open) openCase(asked[1], null);
}
