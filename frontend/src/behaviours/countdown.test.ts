import assert from "node:assert/strict";
import { test } from "node:test";

import { page, window } from "../testing";
import { countdown, spanWords } from "./countdown";

const WORDS = {
  "data-text-left": "还剩{span}", "data-text-late": "已逾期{span}", "data-text-day": "{n}天",
  "data-text-hour": "{n}小时", "data-text-minute": "{n}分钟", "data-text-moment": "不到1分钟",
}; // prettier-ignore

function due(seconds: number, offset = 0): HTMLElement {
  const at = new Date(Date.now() + seconds * 1000).toISOString();
  const element = page(`<span data-at="${at}" data-offset="${offset}"><span class="due-word"></span></span>`);
  for (const [name, text] of Object.entries(WORDS)) document.body.setAttribute(name, text);
  return element;
}
const run = (element: HTMLElement) => {
  (countdown(element) as () => void)();
  return [element.dataset.state, element.textContent];
};

test("says the two largest units, as the server does", () => {
  const element = due(0);
  const said = [59, 60, 3599, 3600, 3 * 86400 + 4 * 3600 + 59, 86400].map((s) => spanWords(element, s));
  assert.deepEqual(said, ["不到1分钟", "1分钟", "59分钟", "1小时", "3天4小时", "1天"]);
  document.documentElement.lang = "en";
  assert.equal(spanWords(element, 3700), "1小时 1分钟");
  document.documentElement.lang = "zh-Hans";
});

test("open, soon, late; and the demonstration's clock counts", () => {
  void window;
  assert.deepEqual(run(due(2 * 86400 + 30)), ["open", "还剩2天"]);
  assert.deepEqual(run(due(1530)), ["soon", "还剩25分钟"]);
  assert.deepEqual(run(due(-7500)), ["late", "已逾期2小时5分钟"]);
  assert.deepEqual(run(due(3600, 7200 - 5)), ["late", "已逾期59分钟"]);
});
