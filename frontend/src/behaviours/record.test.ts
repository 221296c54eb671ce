import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace, wait } from "../testing";
import { RATE, record, wav } from "./record";

const HTML = `<div><input id="audio" type="file"><div data-behaviour="record" data-field="audio" data-seconds="300"
  data-text-record="record" data-text-stop="stop" data-text-running="{n} running" data-text-denied="denied">
  <button type="button" data-record><span>record</span></button><p data-record-status></p>
  <audio data-record-sound hidden></audio></div></div>`;

test("samples become a WAV file", async () => {
  const file = wav(new Float32Array([0, 1, -1, 2]));
  const data = new DataView(await file.arrayBuffer());
  assert.equal(file.size, 44 + 8);
  assert.equal(data.getUint32(24, true), RATE);
  assert.deepEqual([0, 1, 2, 3].map((i) => data.getInt16(44 + i * 2, true)), [0, 32767, -32767, 32767]);
});

test("without a microphone there is nothing to press", () => {
  const box = page(HTML).querySelector<HTMLElement>("[data-behaviour]")!;
  replace(navigator, "mediaDevices", undefined);
  record(box);
  assert.equal(box.hidden, true);
});

test("a refusal is told, and one may press again", async () => {
  const box = page(HTML).querySelector<HTMLElement>("[data-behaviour]")!;
  replace(navigator, "mediaDevices", { getUserMedia: () => Promise.reject(new Error("no")) });
  replace(globalThis, "MediaRecorder", class {});
  record(box);
  box.querySelector("button")!.click();
  await wait(5);
  assert.equal(box.querySelector("p")!.textContent, "denied");
  assert.equal(box.querySelector("button")!.textContent, "record");
});
