import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace, wait } from "../testing";
import { clockOf, releaseOf, takeOver, wall } from "./wall";

// The stream, the look after it and the revoked link are tried in a real browser: tests/home/test_wall_browser.py.
const parsed = (html: string) => new DOMParser().parseFromString(html, "text/html");
const WALL = (now: number, text: string) =>
  `<main data-behaviour="wall" data-now="${now}"><p class="wall-day">x</p><p data-clock></p><div data-fresh-part>${text}</div>` +
  `<p data-link data-text-live="live" data-text-slow="slow" data-text-lost="lost {time}"></p></main>`;

/** An answer of the server to the first look; what the behaviour does right after it came back is waited for. */
async function looks(main: HTMLElement, answer: object): Promise<() => void> {
  let asked: () => void = () => {};
  const done = new Promise<void>((settle) => (asked = settle));
  replace(globalThis, "fetch", async () => {
    asked();
    return answer;
  });
  const end = wall(main) as () => void;
  window.dispatchEvent(new Event("online"));
  await done;
  await wait(5);
  return end;
}

test("the clock is China's, whatever the screen's own says", () => {
  assert.equal(clockOf(Date.UTC(2026, 10, 27, 16, 5)), "00:05");
  assert.equal(clockOf(Date.UTC(2026, 10, 27, 1, 59)), "09:59");
});

test("takes over what is new, and leaves alone what is the same", () => {
  const here = page(`<main><div data-fresh-part><b>1</b></div><div data-fresh-part><b>2</b></div></main>`);
  const kept = here.children[1]!.firstChild;
  takeOver(here, parsed(`<main><div data-fresh-part><b>3</b></div><div data-fresh-part><b>2</b></div></main>`));
  assert.equal(here.children[0]!.innerHTML, "<b>3</b>");
  assert.equal(here.children[1]!.firstChild, kept);
});

test("a release is known by its files", () => {
  const one = `<html><head><script src="/static/wall.1.js"></script><link rel="stylesheet" href="/a.css"></head></html>`;
  assert.equal(releaseOf(parsed(one)), releaseOf(parsed(one)));
  assert.notEqual(releaseOf(parsed(one)), releaseOf(parsed(one.replace("wall.1", "wall.2"))));
});

test("shows what the server says now, by the server's clock", async () => {
  const main = page(WALL(Date.UTC(2026, 0, 1) / 1000, "old"));
  const later = Date.UTC(2026, 0, 1, 4, 30) / 1000;
  const end = await looks(main, { ok: true, status: 200, text: async () => WALL(later, "new") });
  assert.equal(main.querySelector("[data-fresh-part]")!.textContent, "new");
  assert.equal(main.querySelector("[data-clock]")!.textContent, "12:30");
  assert.equal(main.querySelector("[data-link]")!.textContent, "slow");
  end();
});

test("a server that is being restarted changes nothing", async () => {
  const main = page(WALL(1_790_000_000, "old"));
  const end = await looks(main, { ok: false, status: 503, text: async () => "<h1>503</h1>" });
  assert.equal(main.querySelector("[data-fresh-part]")!.textContent, "old");
  end();
});

test("what is shown too long is called so, with its time", async () => {
  const main = page(WALL(1_790_000_000, "old"));
  const before = Date.now;
  const end = await looks(main, { ok: false, status: 502, text: async () => "" });
  replace(Date, "now", () => before() + 120_000);
  window.dispatchEvent(new Event("online"));
  await wait(5);
  assert.match(main.querySelector("[data-link]")!.textContent ?? "", /^lost \d\d:\d\d$/);
  assert.ok(main.hasAttribute("data-lost"));
  replace(Date, "now", before);
  end();
});
