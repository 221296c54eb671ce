import assert from "node:assert/strict";
import { test } from "node:test";

import { page, press } from "../testing";
import { menu } from "./menu";

test("closes on Escape and on a press elsewhere, not on a press inside", () => {
  const details = page<HTMLDetailsElement>('<details open><summary>张三</summary><a href="#x">账号</a></details><p>正文</p>');
  menu(details);
  details.querySelector("a")!.dispatchEvent(new Event("click", { bubbles: true }));
  assert.ok(details.open);
  document.querySelector("p")!.click();
  assert.ok(!details.open);
  details.open = true;
  press("Escape", details.querySelector("a")!);
  assert.ok(!details.open);
});
