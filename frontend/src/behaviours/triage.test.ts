import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { page, press } from "../testing";
import { triage } from "./triage";

const HTML = `<section data-rows="li"><ul>
<li data-key="1"><input type="checkbox"><a href="#1">一</a><button data-hotkey="a" id="a1">受理</button></li>
<li data-key="2"><input type="checkbox"><a href="#2">二</a><button data-hotkey="a" id="a2">受理</button></li></ul>
<button data-hotkey="m" id="m">合并</button></section><input type="search">
<dialog data-triage-help><input type="checkbox"></dialog>`;

let clicked: string[] = [];
let end: () => void = () => {};

beforeEach(() => {
  end();
  localStorage.clear();
  clicked = [];
  end = triage(page(HTML)) as () => void;
  document.querySelectorAll("a, button").forEach((e) => e.addEventListener("click", () => clicked.push(e.id || e.textContent!)));
});

const current = () => document.querySelector<HTMLElement>("[data-current]")?.dataset.key;

test("j and k walk and stop at the ends; the link of the row has the focus", () => {
  assert.ok(press("j"));
  assert.equal(current(), "1");
  press("j");
  press("j");
  assert.equal(current(), "2");
  assert.equal(document.activeElement?.textContent, "二");
  press("k");
  press("k");
  assert.equal(current(), "1");
});

test("o opens, x picks, a letter presses the row's button, another the page's", () => {
  press("j");
  press("o");
  press("x");
  press("a");
  press("m");
  assert.deepEqual(clicked, ["一", "a1", "m"]);
  assert.ok(document.querySelector('[data-key="1"]')!.hasAttribute("data-picked"));
  press("x");
  assert.ok(!document.querySelector("[data-picked]"));
});

test("without a current row its letters do nothing", () => {
  assert.ok(!press("a"));
  assert.deepEqual(clicked, []);
});

test("rests while one types, with Ctrl, and in a dialog", () => {
  assert.ok(!press("j", document.querySelector("input[type=search]")!));
  assert.ok(!press("j", document.body, { ctrlKey: true }));
  press("?");
  assert.ok(document.querySelector("dialog")!.open);
  assert.ok(!press("j"));
  assert.equal(current(), undefined);
});

test("can be switched off, and stays off", () => {
  const toggle = document.querySelector<HTMLInputElement>("dialog input")!;
  assert.ok(toggle.checked);
  toggle.checked = false;
  toggle.dispatchEvent(new Event("change"));
  assert.ok(!press("j"));
  end();
  end = triage(page(HTML)) as () => void;
  assert.ok(!press("j"));
  assert.ok(!document.querySelector<HTMLInputElement>("dialog input")!.checked);
});

test("/ goes to the search", () => {
  press("/");
  assert.equal((document.activeElement as HTMLInputElement).type, "search");
});
