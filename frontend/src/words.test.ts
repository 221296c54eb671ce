import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./testing";
import { toast, typing, word } from "./words";

test("fills in values, leaves unknown keys, falls back to the body", () => {
  const element = page('<p data-text-left="还剩{span}，{other}"></p>');
  document.body.setAttribute("data-text-day", "{n}天");
  assert.equal(word(element, "left", { span: "3天" }), "还剩3天，{other}");
  assert.equal(word(element, "day", { n: 2 }), "2天");
  assert.equal(word(element, "missing"), "");
});

test("a toast stands in the live region as text", () => {
  page("<div data-toasts></div>");
  toast("<b>已保存</b>");
  toast("");
  const lines = document.querySelectorAll(".toast");
  assert.equal(lines.length, 1);
  assert.equal(lines[0]!.textContent, "<b>已保存</b>");
});

test("typing is in fields, not on boxes and buttons", () => {
  page('<input type="search"><input type="checkbox"><textarea></textarea><button></button>');
  assert.deepEqual(Array.from(document.body.children).map((e) => typing(e)), [true, false, true, false]);
});
