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
