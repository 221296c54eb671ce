import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { slides } from "./slides";

const SHOW = `<main><a data-previous href="#1">1</a><a data-next href="#3">3</a><a data-out href="#out">x</a></main>`;

/** What keys turn to, one after the other. */
function pressed(html: string, ...keys: KeyboardEventInit[]): { turned: string[]; taken: boolean[]; end: () => void } {
  const main = page(html);
  const turned: string[] = [];
  main.addEventListener("click", (event) => {
    event.preventDefault();
    turned.push((event.target as Element).getAttribute("href") ?? "");
  });
  const end = slides(main) as () => void;
  const taken = keys.map((key) => !document.dispatchEvent(new KeyboardEvent("keydown", { ...key, cancelable: true })));
  return { turned, taken, end };
}

test("arrows and a presenter's keys turn the page, escape leaves", () => {
  const { turned, end } = pressed(
    SHOW, { key: "ArrowRight" }, { key: "PageDown" }, { key: "ArrowLeft" }, { key: "PageUp" }, { key: "Escape" },
  );
  assert.deepEqual(turned, ["#3", "#3", "#1", "#1", "#out"]);
  end();
});

test("the browser keeps its own keys, and the last page has no next", () => {
  const one = pressed(SHOW, { key: "ArrowLeft", altKey: true }, { key: "x" });
  assert.deepEqual([one.turned, one.taken], [[], [false, false]]);
  one.end();
  const last = pressed("<main><a data-previous href='#1'>1</a></main>", { key: "ArrowRight" }, { key: "ArrowLeft" });
  assert.deepEqual([last.turned, last.taken], [["#1"], [false, true]]);
  last.end();
});

test("ends with the page", () => {
  const { turned, end } = pressed(SHOW);
  end();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  assert.deepEqual(turned, []);
});
