// Sound is for alarms alone. Who mutes it is said, and a mute ends by itself.
const MUTE_MS = 10 * 60000, AGAIN_MS = 8000, KEPT = "fp-muted";
const button = document.getElementById("mute"), words = document.getElementById("mute-words");
let audio = null, last = 0;

const muted = () => { const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null"); return kept && kept.until > Date.now() ? kept : null; };

// a browser lets a page sound only after a person has touched it
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { audio ??= new AudioContext(); if (audio.state === "suspended") audio.resume(); }, { passive: true });

button?.addEventListener("click", () => {
  if (muted()) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify({ by: document.body.dataset.user, until: Date.now() + MUTE_MS }));
  show();
});

function show() {
  if (!words) return;
  const kept = muted();
  const text = kept ? `Muted by ${kept.by}, ${Math.ceil((kept.until - Date.now()) / 60000)} min left` : audio ? "Sound on" : "Sound on after a click";
  if (words.textContent !== text) words.textContent = text;
}

function beep() {
  const at = audio.currentTime;
  for (const [i, pitch] of [660, 880, 660].entries()) {
    const tone = audio.createOscillator(), volume = audio.createGain(), begin = at + i * 0.2;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.12, begin + 0.02);
    volume.gain.linearRampToValueAtTime(0, begin + 0.17);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.18);
  }
}

export function sound(ringing) {
  show();
  if (!ringing || muted() || audio?.state !== "running" || performance.now() - last < AGAIN_MS) return;
  last = performance.now();
  beep();
}
