import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { page, replace, window } from "../testing";
import { readable, readAloud } from "./read-aloud";

class Utterance {
  lang = "";
  rate = 1;
  onend?: () => void;
  constructor(readonly text: string) {}
}
let said: Utterance[] = [];
const speech = { speak: (one: Utterance) => said.push(one), cancel: () => said.push(new Utterance("(cancel)")) };

const HTML = `<button data-target="main" data-text-start="朗读" data-text-stop="停止" aria-pressed="false"><span data-label>朗读</span></button>
<main><h1>上报</h1><ul><li><p>路灯 <b>不亮</b></p></li><li lang="en">Lamp</li></ul><p hidden>不读</p><nav><p>不读</p></nav><p> </p></main>`;

beforeEach(() => {
  said = [];
  replace(window, "speechSynthesis", speech);
  replace(globalThis, "SpeechSynthesisUtterance", Utterance);
});

test("reads innermost texts in order, leaves out what is hidden", () => {
  page(HTML);
  const texts = readable(document.querySelector("main")!).map((e) => e.textContent);
  assert.deepEqual(texts, ["上报", "路灯 不亮", "Lamp"]);
});

test("speaks one after the other in the right language, marks it, and stops at the end", () => {
  const button = page<HTMLButtonElement>(HTML);
  readAloud(button);
  button.click();
  assert.equal(button.textContent, "停止");
  assert.ok(document.querySelector("h1")!.hasAttribute("data-spoken"));
  said[0]!.onend!();
  said[1]!.onend!();
  assert.deepEqual(said.map((one) => [one.text, one.lang]), [["上报", "zh-CN"], ["路灯 不亮", "zh-CN"], ["Lamp", "en-US"]]);
  said[2]!.onend!();
  assert.equal(button.getAttribute("aria-pressed"), "false");
  assert.equal(document.querySelector("[data-spoken]"), null);
});

test("a second press stops; an utterance that ends after that does not go on", () => {
  const button = page<HTMLButtonElement>(HTML);
  readAloud(button);
  button.click();
  const first = said[0]!;
  button.click();
  first.onend!();
  assert.deepEqual(said.map((one) => one.text), ["上报", "(cancel)"]);
});

test("goes away where the browser cannot speak", () => {
  replace(window, "speechSynthesis", undefined);
  const button = page<HTMLButtonElement>(HTML);
  readAloud(button);
  assert.ok(button.hidden);
});
