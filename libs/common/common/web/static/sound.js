// Sounds that tell a decision without looking: admit rises, refuse falls, hold repeats low, an alert does not let go.

const TONES = {
  admit: [[660, 0, 0.09], [880, 0.1, 0.16]],
  refuse: [[520, 0, 0.16], [390, 0.2, 0.28]],
  hold: [[330, 0, 0.18], [330, 0.26, 0.18], [247, 0.52, 0.4]],
  alert: [[880, 0, 0.16], [660, 0.2, 0.16], [880, 0.4, 0.16], [660, 0.6, 0.16], [880, 0.8, 0.3]],
};

let context = null;

/** Whether sound can be heard: browsers keep it off until the person has touched the page. */
export function audible() {
  return context !== null && context.state === "running";
}

/** Switches sound on; to be called from a click or a key. Resolves to whether it is on. */
export async function allowSound() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return false;
  context = context || new Context();
  if (context.state !== "running") await context.resume().catch(() => {});
  return audible();
}

/** Plays admit, refuse, hold or alert; returns whether it was played. */
export function play(name, volume = 0.5) {
  if (!audible() || !TONES[name]) return false;
  for (const [pitch, start, length] of TONES[name]) tone(pitch, context.currentTime + start, length, volume);
  return true;
}

function tone(pitch, start, length, volume) {
  const source = context.createOscillator();
  const gain = context.createGain();
  source.type = "triangle";
  source.frequency.value = pitch;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.012);
  gain.gain.setValueAtTime(volume, start + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, start + length);
  source.connect(gain).connect(context.destination);
  source.start(start);
  source.stop(start + length + 0.02);
}

for (const touch of ["pointerdown", "keydown"]) {
  document.addEventListener(touch, () => { allowSound(); }, { capture: true, passive: true, once: true });
}
