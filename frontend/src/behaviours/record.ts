/**
 * Records a voice in the browser and puts it into a file field, as if a file had been chosen. Nothing is sent before
 * the form is.
 *
 * ```html
 * <div class="only-js" data-behaviour="record" data-field="audio" data-seconds="300" data-name="录音.wav"
 *   data-text-record="录一段" data-text-stop="停" data-text-running="正在录，{n} 秒" data-text-done="录好了，{n} 秒"
 *   data-text-denied="没有话筒权限。" data-text-failed="没有录成。">
 *   <button type="button" data-record><span>录一段</span></button>
 *   <p data-record-status role="status"></p><audio data-record-sound controls hidden></audio>
 * </div>
 * ```
 *
 * Every browser records in a format of its own; here it becomes WAV (16 kHz, mono), which the server knows from any.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

export const RATE = 16_000;

/** 16-bit mono samples as a WAV file. */
export function wav(samples: Float32Array, rate = RATE): Blob {
  const data = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, value: string) => [...value].forEach((c, i) => data.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  data.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  data.setUint32(16, 16, true);
  data.setUint16(20, 1, true);
  data.setUint16(22, 1, true);
  data.setUint32(24, rate, true);
  data.setUint32(28, rate * 2, true);
  data.setUint16(32, 2, true);
  data.setUint16(34, 16, true);
  text(36, "data");
  data.setUint32(40, samples.length * 2, true);
  samples.forEach((value, i) => {
    data.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, value)) * 32_767), true);
  });
  return new Blob([data.buffer], { type: "audio/wav" });
}

/** What was recorded, as samples of `RATE` a second. */
async function samplesOf(recorded: Blob): Promise<Float32Array> {
  const context = new AudioContext({ sampleRate: RATE });
  try {
    const sound = await context.decodeAudioData(await recorded.arrayBuffer());
    const mixed = new Float32Array(sound.length);
    for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
      sound.getChannelData(channel).forEach((value, i) => (mixed[i]! += value / sound.numberOfChannels));
    }
    return mixed;
  } finally {
    await context.close();
  }
}

export const record: Behaviour = (box) => {
  const button = box.querySelector<HTMLButtonElement>("[data-record]")!;
  const status = box.querySelector<HTMLElement>("[data-record-status]")!;
  const sound = box.querySelector<HTMLAudioElement>("[data-record-sound]")!;
  const field = document.getElementById(box.dataset.field ?? "") as HTMLInputElement | null;
  if (!navigator.mediaDevices || typeof MediaRecorder === "undefined" || !field) {
    box.hidden = true;
    return;
  }
  const most = Number(box.dataset.seconds);
  let recorder: MediaRecorder | null = null;
  let clock = 0;
  let address = "";

  const label = (name: string) => {
    button.querySelector("span")!.textContent = word(box, name);
    button.setAttribute("aria-pressed", String(name === "stop"));
  };
  const keep = async (parts: Blob[]) => {
    const samples = await samplesOf(new Blob(parts, { type: parts[0]?.type ?? "" }));
    const file = new File([wav(samples)], box.dataset.name ?? "voice.wav", { type: "audio/wav" });
    const files = new DataTransfer();
    files.items.add(file);
    field.files = files.files;
    URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    sound.src = address;
    sound.hidden = false;
    status.textContent = word(box, "done", { n: Math.round(samples.length / RATE) });
  };
  const fail = (name: string) => {
    clearInterval(clock);
    label("record");
    status.textContent = word(box, name);
  };
  const start = async () => {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      fail("denied");
      return;
    }
    const parts: Blob[] = [];
    const began = Date.now();
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      clearInterval(clock);
      stream.getTracks().forEach((track) => track.stop());
      recorder = null;
      label("record");
      keep(parts).catch(() => fail("failed"));
    };
    recorder.start();
    label("stop");
    const told = () => {
      const seconds = Math.round((Date.now() - began) / 1000);
      status.textContent = word(box, "running", { n: seconds });
      if (seconds >= most) recorder?.stop();
    };
    told();
    clock = setInterval(told, 500) as unknown as number;
  };
  const press = () => {
    if (recorder) recorder.stop();
    else void start();
  };
  button.addEventListener("click", press);
  return () => {
    button.removeEventListener("click", press);
    clearInterval(clock);
    recorder?.stop();
    URL.revokeObjectURL(address);
  };
};
