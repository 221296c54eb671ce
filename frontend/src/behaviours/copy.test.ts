import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace, wait } from "../testing";
import { copy } from "./copy";

const HTML = '<button data-copy="7KQ2M-0XV9D" data-text-done="已复制" data-text-failed="没有复制成功">复制</button><div data-toasts></div>';

test("copies and says so, or says that it could not", async () => {
  let copied = "";
  replace(navigator, "clipboard", { writeText: async (text: string) => void (copied = text) });
  const button = page<HTMLButtonElement>(HTML);
  copy(button);
  button.click();
  await wait(2);
  assert.equal(copied, "7KQ2M-0XV9D");
  replace(navigator, "clipboard", { writeText: () => Promise.reject(new Error("denied")) });
  button.click();
  await wait(2);
  assert.deepEqual(Array.from(document.querySelectorAll(".toast"), (t) => t.textContent), ["已复制", "没有复制成功"]);
});
