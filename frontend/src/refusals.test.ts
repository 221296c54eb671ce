import assert from "node:assert/strict";
import { test } from "node:test";

import { refusals, sentence } from "./refusals";
import { page } from "./testing";

const REFUSAL = '<main><div class="error-page"><h1>刚刚被别人改过。</h1><p>请刷新页面。</p><p>409</p></div></main>';

test("takes sentence and help out of a refusal page", () => {
  assert.equal(sentence(REFUSAL), "刚刚被别人改过。 请刷新页面。");
  assert.equal(sentence("<p>proxy error</p>"), "");
});

test("unsafe requests carry the token, errors are told", () => {
  page("<div data-toasts></div>");
  document.head.innerHTML = '<meta name="csrf-token" content="abc">';
  document.body.setAttribute("data-text-failed", "没有完成");
  refusals(document);
  const tell = (name: string, ctx: object) => document.dispatchEvent(new CustomEvent(name, { detail: { ctx } }));
  const post = { request: { method: "POST", headers: {} as Record<string, string> } };
  const get = { request: { method: "GET", headers: {} as Record<string, string> } };
  tell("htmx:config:request", post);
  tell("htmx:config:request", get);
  assert.deepEqual([post.request.headers, get.request.headers], [{ "X-CSRFToken": "abc" }, {}]);
  tell("htmx:response:error", { text: REFUSAL });
  tell("htmx:response:error", { text: "" });
  const told = Array.from(document.querySelectorAll(".toast"), (line) => line.textContent);
  assert.deepEqual(told, ["刚刚被别人改过。 请刷新页面。", "没有完成"]);
});
