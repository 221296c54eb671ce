import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { carry, reconcile } from "./live";

// The stream, the reading again and the reconnection are tried in a real browser: tests/ui/test_behaviours.py.
function list(rows: string): Element {
  const box = document.createElement("ul");
  box.innerHTML = rows;
  return box;
}
const row = (key: string, version: number, more = "") => `<li data-key="${key}" data-version="${version}"${more}><input type="checkbox"><a href="#${key}">${key}${version}</a></li>`;

test("keeps what is the same, marks new and changed, drops what is gone", () => {
  const here = page(`<ul>${row("a", 1, " data-current data-picked")}${row("b", 1)}${row("c", 1)}</ul>`);
  const kept = here.children[1];
  const changed = reconcile(here, list(row("n", 1) + row("a", 2) + row("b", 1)));
  assert.equal(changed, 2);
  assert.deepEqual(Array.from(here.children, (r) => (r as HTMLElement).dataset.key), ["n", "a", "b"]);
  assert.equal(here.children[2], kept, "an unchanged row is the same element");
  const a = here.children[1] as HTMLElement;
  assert.ok(a.hasAttribute("data-current") && a.hasAttribute("data-picked") && a.hasAttribute("data-fresh"));
  assert.ok(a.querySelector("input")!.checked);
  assert.ok(!kept!.hasAttribute("data-fresh"));
});

test("focus stays in the row that was replaced", () => {
  const here = page(`<ul>${row("a", 1)}</ul>`);
  here.querySelector("a")!.focus();
  reconcile(here, list(row("a", 2)));
  assert.equal(document.activeElement, here.querySelector("a"));
});

test("nothing changed, nothing touched", () => {
  const here = page(`<ul>${row("a", 1)}</ul>`);
  assert.equal(reconcile(here, list(row("a", 1))), 0);
});

test("figures beside the list are carried over, unknown ones passed by", () => {
  page(`<div><p id="open"><b>0</b></p><p id="late">3</p></div>`);
  const late = document.getElementById("late")!.firstChild;
  carry("open late gone", new DOMParser().parseFromString(`<p id="open"><b>2</b></p><p id="late">3</p>`, "text/html"));
  assert.equal(document.getElementById("open")!.innerHTML, "<b>2</b>");
  assert.equal(document.getElementById("late")!.firstChild, late, "what is the same is not touched");
});
