// Tries again by itself: the page that was asked for comes as soon as the hub answers.
const LOOK_MS = 10000;

const again = () => fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS) }).then(() => location.reload(), () => {});
addEventListener("online", again);
setInterval(again, LOOK_MS);
