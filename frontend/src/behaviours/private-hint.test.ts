import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { looksPrivate, privateHint } from "./private-hint";

test("knows numbers of people from other numbers", () => {
  const yes = ["打13800138000找我", "138 0013 8000", "电话0857-3012345", "11010519491231002X", "卡6222 0212 3456 7890 123"];
  const no = ["2026年11月23日", "编号2026-1042", "520602202201", "今天花了1380元", "110", "01a206dc31dd7050"];
  assert.deepEqual(yes.filter((text) => !looksPrivate(text)), []);
  assert.deepEqual(no.filter((text) => looksPrivate(text)), []);
});

test("hints while such a number stands in a text, not for the telephone field", () => {
  const form = page<HTMLFormElement>(
    '<form data-text-private="写有电话"><textarea></textarea><input type="tel" value="13800138000"><p data-private-hint hidden></p></form>',
  );
  privateHint(form);
  const area = form.querySelector("textarea")!;
  const hint = form.querySelector<HTMLElement>("[data-private-hint]")!;
  const write = (text: string) => {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    return hint.hidden ? "" : hint.textContent;
  };
  assert.equal(write("路灯不亮"), "");
  assert.equal(write("路灯不亮，联系13800138000"), "写有电话");
  assert.equal(write("路灯不亮"), "");
});
