import assert from "node:assert/strict";
import { test } from "node:test";

import { page, replace } from "../testing";
import { locate } from "./locate";

const HTML = `<form><button type="button" data-text-asking="正在" data-text-found="误差约 {metres} 米" data-text-denied="没有权限"
 data-text-failed="没有取得">位置</button><input name="lat"><input name="lon"><input name="accuracy"><p data-locate-status></p></form>`;

type Found = (position: object) => void;
type Failed = (error: object) => void;

function mounted(answer: (found: Found, failed: Failed) => void): { asked: () => number; button: HTMLButtonElement } {
  let asked = 0;
  const getCurrentPosition = (found: Found, failed: Failed) => {
    asked += 1;
    answer(found, failed);
  };
  replace(navigator, "geolocation", { getCurrentPosition });
  const button = page(HTML).querySelector("button")!;
  locate(button);
  return { asked: () => asked, button };
}

const value = (name: string) => document.querySelector<HTMLInputElement>(`[name=${name}]`)!.value;
const status = () => document.querySelector("[data-locate-status]")!.textContent;

test("asks only when pressed, once a press, and fills the form", () => {
  const { asked, button } = mounted((found) => found({ coords: { latitude: 27.3380001, longitude: 103.7, accuracy: 12.4 } }));
  let told: unknown;
  button.form!.addEventListener("locate:found", (event) => (told = (event as CustomEvent).detail));
  assert.equal(asked(), 0);
  button.click();
  assert.equal(asked(), 1);
  assert.deepEqual([value("lat"), value("lon"), value("accuracy")], ["27.338000", "103.700000", "12"]);
  assert.equal(status(), "误差约 12 米");
  assert.deepEqual(told, { lat: 27.3380001, lon: 103.7, accuracy: 12.4 });
});

test("a refusal and a failure are told apart, and leave the form empty", () => {
  mounted((_found, failed) => failed({ code: 1 })).button.click();
  assert.equal(status(), "没有权限");
  mounted((_found, failed) => failed({ code: 3 })).button.click();
  assert.equal(status(), "没有取得");
  assert.equal(value("lat"), "");
});
