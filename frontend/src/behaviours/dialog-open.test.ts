import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { dialogOpen } from "./dialog-open";

test("opens its dialog, which its close button closes", () => {
  const button = page<HTMLButtonElement>('<button data-dialog="d">退回</button><dialog id="d"><button data-close>取消</button></dialog>');
  const dialog = document.querySelector("dialog")!;
  dialogOpen(button);
  button.click();
  assert.ok(dialog.open);
  dialog.querySelector("button")!.click();
  assert.ok(!dialog.open);
});
