import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace, wait, window } from "../testing";
import { duplicateHint } from "./duplicate-hint";

const HTML = '<form data-url="/similar/" data-fields="text place"><textarea name="text"></textarea><input name="place" value="530602105207"><input name="phone"><div data-hints></div></form>';

test("asks once things are quiet, only for its fields, and shows the newest answer", async () => {
  const asked: string[] = [];
  replace(window, "setTimeout", (run: () => void) => setTimeout(run, 5));
  replace(window, "clearTimeout", clearTimeout);
  replace(globalThis, "fetch", (url: string) => {
    asked.push(url);
    const body = `<p>${asked.length}</p>`;
    return wait(asked.length === 1 ? 40 : 1).then(() => ({ status: 200, text: async () => body }));
  });
  const form = page<HTMLFormElement>(HTML);
  const end = duplicateHint(form)!;
  const type = (name: string, value: string) => {
    const field = form.querySelector<HTMLInputElement>(`[name=${name}]`)!;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  type("text", "路");
  type("text", "路灯");
  await wait(15);
  type("phone", "13800000000");
  await wait(15);
  assert.equal(asked.length, 1);
  assert.equal(new URLSearchParams(asked[0]!.split("?")[1]).get("text"), "路灯");
  type("text", "路灯不亮");
  await wait(60);
  assert.equal(asked.length, 2);
  assert.equal(form.querySelector("[data-hints]")!.innerHTML, "<p>2</p>", "the slow first answer is not shown");
  (end as () => void)();
});
