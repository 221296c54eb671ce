import assert from "node:assert/strict";
import { test } from "node:test";

import { mountAll } from "./mount";
import { page, wait } from "./testing";

test("mounts what is there, what comes later, each once; ends what leaves", async () => {
  const log: string[] = [];
  page('<p id="a" data-behaviour="note other"></p>');
  const registry = {
    note: (element: HTMLElement) => {
      log.push(`+${element.id}`);
      return () => void log.push(`-${element.id}`);
    },
  };
  const end = mountAll(registry);
  document.body.insertAdjacentHTML("beforeend", '<div><p id="b" data-behaviour="note"></p></div>');
  await wait(5);
  assert.deepEqual(log, ["+a", "+b"]);
  assert.equal(document.documentElement.dataset.js, "");
  document.getElementById("b")!.parentElement!.remove();
  document.body.append(document.getElementById("a")!);
  await wait(5);
  assert.deepEqual(log, ["+a", "+b", "-b"]);
  end();
});
