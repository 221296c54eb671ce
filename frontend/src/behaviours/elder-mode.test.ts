import assert from "node:assert/strict";
import { test } from "node:test";

import { page, press } from "../testing";
import { elderMode } from "./elder-mode";

test("switches at once, remembers, and the link follows", () => {
  const link = page<HTMLAnchorElement>('<a href="/s/?code=1&amp;elder=1" role="button" aria-pressed="false">大字</a>');
  elderMode(link);
  link.click();
  assert.ok(document.documentElement.hasAttribute("data-elder"));
  assert.equal(link.getAttribute("aria-pressed"), "true");
  assert.match(document.cookie, /elder=1/);
  assert.match(link.href, /code=1&elder=0$/);
  assert.ok(press(" ", link), "the space bar presses a button");
  assert.ok(!document.documentElement.hasAttribute("data-elder"));
  assert.match(document.cookie, /elder=0/);
});
