import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace } from "../testing";
import { autosize } from "./autosize";

test("is as high as its text", () => {
  const area = page<HTMLTextAreaElement>("<textarea></textarea>");
  replace(area, "scrollHeight", 120);
  autosize(area);
  assert.equal(area.style.blockSize, "");
  area.value = "一\n二\n三";
  area.dispatchEvent(new Event("input"));
  assert.equal(area.style.blockSize, "122px");
});
