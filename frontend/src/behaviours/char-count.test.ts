import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { charCount } from "./char-count";

test("speaks up only near the end", () => {
  page('<div><textarea maxlength="10" data-text-left="还可以写 {n} 字"></textarea><p data-left></p></div>');
  const area = document.querySelector("textarea")!;
  charCount(area);
  const said = (text: string) => {
    area.value = text;
    area.dispatchEvent(new Event("input"));
    return document.querySelector("[data-left]")!.textContent;
  };
  assert.equal(said("一二三"), "");
  assert.equal(said("一二三四五六七八"), "还可以写 2 字");
});
