import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace, window } from "../testing";
import { online } from "./online";

test("tells the state now and when it changes", () => {
  const place = page('<span data-text-online="已连接" data-text-offline="没有网络"><span data-online-text></span></span>');
  replace(navigator, "onLine", true);
  online(place);
  assert.deepEqual([place.dataset.state, place.textContent], ["online", "已连接"]);
  replace(navigator, "onLine", false);
  (window as unknown as EventTarget).dispatchEvent(new Event("offline"));
  assert.deepEqual([place.dataset.state, place.textContent], ["offline", "没有网络"]);
});
