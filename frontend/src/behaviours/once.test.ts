import assert from "node:assert/strict";
import { test } from "node:test";

import { page, window } from "../testing";
import { once } from "./once";

const HTML = '<form data-text-busy="正在提交"><input type="hidden" name="idempotency_key" value="k1"><button>提交</button><p data-once-status></p></form>';

function submit(form: HTMLFormElement): boolean {
  return form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
}
function shown(persisted: boolean): void {
  const event = new Event("pageshow") as unknown as PageTransitionEvent;
  Object.defineProperty(event, "persisted", { value: persisted });
  (window as unknown as EventTarget).dispatchEvent(event);
}
const key = () => document.querySelector<HTMLInputElement>("[name=idempotency_key]")!.value;

test("the second submission is dropped; the button is busy", () => {
  const form = page<HTMLFormElement>(HTML);
  once(form);
  assert.ok(submit(form));
  assert.ok(!submit(form));
  assert.equal(form.querySelector("button")!.getAttribute("aria-busy"), "true");
  assert.equal(form.querySelector("[data-once-status]")!.textContent, "正在提交");
  assert.equal(key(), "k1");
});

test("a form that another behaviour holds back may still be sent", () => {
  const form = page<HTMLFormElement>(HTML);
  form.addEventListener("submit", (event) => event.preventDefault(), { once: true });
  once(form);
  assert.ok(!submit(form));
  assert.ok(submit(form));
});

test("back from the browser's memory after a submission: a new key, free to send", () => {
  const form = page<HTMLFormElement>(HTML);
  once(form);
  shown(true);
  assert.equal(key(), "k1", "nothing was sent, so the matter is the same");
  submit(form);
  shown(true);
  assert.match(key(), /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.ok(submit(form));
});

test("without a key from the server it makes one", () => {
  const form = page<HTMLFormElement>(HTML.replace("k1", ""));
  once(form);
  assert.match(key(), /-7[0-9a-f]{3}-/);
});
