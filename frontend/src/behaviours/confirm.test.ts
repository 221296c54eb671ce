import assert from "node:assert/strict";
import { test } from "node:test";

import { page, wait } from "../testing";
import { confirm } from "./confirm";

const HTML = '<form data-text-confirm="合并后一起办理。" data-text-yes="合并" data-text-no="取消"><button name="do" value="merge">合并</button></form>';

function mounted(): { form: HTMLFormElement; sent: () => number } {
  const form = page<HTMLFormElement>(HTML);
  let sent = 0;
  confirm(form);
  form.addEventListener("submit", (event) => {
    sent += 1;
    event.preventDefault();
  });
  return { form, sent: () => sent };
}
const buttons = () => Array.from(document.querySelectorAll<HTMLButtonElement>("dialog button"));

test("nothing is sent until one agrees", async () => {
  const { form, sent } = mounted();
  form.requestSubmit();
  assert.equal(sent(), 0);
  assert.equal(document.querySelector("dialog p")!.textContent, "合并后一起办理。");
  buttons()[1]!.click();
  await wait(5);
  assert.equal(sent(), 1);
  assert.equal(document.querySelector("dialog"), null);
});

test("declining sends nothing, and the next press asks again", async () => {
  const { form, sent } = mounted();
  form.requestSubmit();
  buttons()[0]!.click();
  await wait(5);
  form.requestSubmit();
  assert.equal(sent(), 0);
  assert.equal(buttons().length, 2);
});

test("on a button it asks for that button only", async () => {
  const form = page<HTMLFormElement>(
    '<form><button value="save">存</button><button value="discard" data-text-confirm="不能恢复。">作废</button></form>',
  );
  const [save, discard] = form.querySelectorAll("button");
  const sent: string[] = [];
  confirm(discard as HTMLButtonElement);
  form.addEventListener("submit", (event) => {
    sent.push(((event as SubmitEvent).submitter as HTMLButtonElement).value);
    event.preventDefault();
  });
  form.requestSubmit(save);
  assert.deepEqual(sent, ["save"]);
  form.requestSubmit(discard);
  assert.deepEqual(sent, ["save"]);
  assert.equal(document.querySelector("dialog p")!.textContent, "不能恢复。");
  buttons()[1]!.click();
  await wait(5);
  assert.deepEqual(sent, ["save", "discard"]);
});
