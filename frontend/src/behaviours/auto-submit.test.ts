import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { autoSubmit } from "./auto-submit";

test("a choice submits, typing does not", () => {
  const form = page<HTMLFormElement>('<form><select name="state"></select><input name="q"><input type="checkbox"><input type="radio"></form>');
  let sent = 0;
  form.addEventListener("submit", (event) => {
    sent += 1;
    event.preventDefault();
  });
  autoSubmit(form);
  for (const field of form.children) field.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(sent, 3);
});

test("whoever chose stands at the same choice on the page that follows, once", () => {
  const html = '<form><input name="q"><select name="state"></select></form>';
  const before = page<HTMLFormElement>(html);
  before.addEventListener("submit", (event) => event.preventDefault());
  autoSubmit(before);
  before.querySelector("select")!.dispatchEvent(new Event("change", { bubbles: true }));
  const after = page<HTMLFormElement>(html);
  autoSubmit(after);
  assert.equal(document.activeElement === after.querySelector("select"), true);
  const later = page<HTMLFormElement>(html);
  autoSubmit(later);
  assert.equal(document.activeElement === later.querySelector("select"), false);
});
