import assert from "node:assert/strict";
import { test } from "node:test";

import { uuid7 } from "./uuid";

test("is a version 7 UUID whose first 48 bits are the milliseconds", () => {
  const key = uuid7(0x0198_7654_3210);
  assert.match(key, /^01987654-3210-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("sorts by time and does not repeat", () => {
  assert.ok(uuid7(1000) < uuid7(2000));
  assert.equal(new Set(Array.from({ length: 1000 }, () => uuid7(5))).size, 1000);
});
