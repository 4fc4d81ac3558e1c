// A case as a page of its own: the same panel, following the same feed.
import { setStale, wireForms } from "/static/act.js";
import { caseChanged, openId, wirePanel } from "/static/case.js";
import * as clock from "/static/clock.js";
import { follow } from "/static/feed.js";

wirePanel();
wireForms(document);
setInterval(clock.tickClock, 1000);
clock.tickClock();
follow({
  cursor: Number(document.body.dataset.cursor),
  epoch: "",
  event: (message) => { if (message.topic === "case") caseChanged(message.id.slice(5)); else if (message.topic === "message") caseChanged(message.case); },
  // nothing but this case is shown, so the page itself is the snapshot
  snapshot: async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname, { headers: { Accept: "text/html" }, redirect: "error" })).text(), "text/html");
    caseChanged(openId());
    return { cursor: Number(page.body.dataset.cursor), epoch: "" };
  },
  state: setStale,
});
