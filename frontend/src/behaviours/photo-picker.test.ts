import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted } from "./photo-picker";

// Drawing, previews and removal need a canvas: tests/ui/test_behaviours.py does them in a real browser.
test("the longer edge is at most the limit, small pictures stay as they are", () => {
  assert.deepEqual(fitted(4032, 3024, 1600), [1600, 1200]);
  assert.deepEqual(fitted(3024, 4032, 1600), [1200, 1600]);
  assert.deepEqual(fitted(800, 600, 1600), [800, 600]);
  assert.deepEqual(fitted(10000, 3, 1600), [1600, 1]);
});
