import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "../testing";
import { circle } from "./circle";

const HTML = `<form><div data-west="104" data-north="26" data-across="900" data-down="1000" data-margin="20"
  data-text-inside="{n} inside"><svg viewBox="0 0 900 900"><circle data-lon="104.5" data-lat="25.5"></circle>
  <circle data-lon="104.6" data-lat="25.5"></circle><ellipse hidden></ellipse></svg>
  <input name="metres" value="1000"><input type="range" min="0" max="18" data-circle-size data-text-size="{n} m"><input name="lon"><input name="lat">
  <button type="button" data-circle-clear></button><p data-circle-status></p></div></form>`;

function opened() {
  const box = page(HTML).firstElementChild as HTMLElement;
  const svg = box.querySelector("svg")!;
  Object.defineProperty(svg, "viewBox", { value: { baseVal: { width: 900, height: 900 } } });
  svg.getBoundingClientRect = () => ({ left: 0, top: 0, width: 450, height: 450 }) as DOMRect;
  circle(box);
  const value = (name: string) => box.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  return { box, svg, value, shape: box.querySelector("ellipse")!, status: box.querySelector("p")! };
}

test("a touch sets the centre, and the loudspeakers inside are counted", () => {
  const { svg, value, shape, status, box } = opened();
  assert.equal(shape.hasAttribute("hidden"), true);
  // The drawing is shown at half its size: (104.5 - 104) * 900 + 20 = 470.
  svg.dispatchEvent(new MouseEvent("click", { clientX: 235, clientY: 260 }));
  assert.deepEqual([value("lon").value, value("lat").value], ["104.500000", "25.500000"]);
  assert.equal(status.textContent, "1 inside");
  assert.equal(shape.getAttribute("cx"), "470");
  assert.equal(shape.hasAttribute("hidden"), false);
  assert.equal(box.querySelectorAll("[data-inside]").length, 1);
});

test("the fields do the same by keyboard, and it can be taken back", () => {
  const { box, value, shape, status } = opened();
  value("lon").value = "104.55";
  value("lat").value = "25.5";
  value("metres").value = "6000";
  box.dispatchEvent(new Event("input"));
  assert.equal(status.textContent, "2 inside");
  assert.ok(Number(shape.getAttribute("ry")) > 50);
  box.querySelector<HTMLElement>("[data-circle-clear]")!.click();
  assert.deepEqual([value("lon").value, status.textContent], ["", ""]);
  assert.equal(shape.hasAttribute("hidden"), true);
});

test("a thumb on the slider makes it larger, and the slider follows the field", () => {
  const { box, svg, value, status } = opened();
  const size = box.querySelector<HTMLInputElement>("[data-circle-size]")!;
  assert.equal(size.value, "9");
  svg.dispatchEvent(new MouseEvent("click", { clientX: 235, clientY: 260 }));
  size.value = "18";
  size.dispatchEvent(new Event("input", { bubbles: true }));
  assert.deepEqual([value("metres").value, status.textContent], ["10000", "1 inside"]);
  assert.equal(size.getAttribute("aria-valuetext"), "10000 m");
  value("metres").value = "320";
  box.dispatchEvent(new Event("input"));
  assert.equal(size.value, "5");
  value("metres").value = "20000";
  box.dispatchEvent(new Event("input"));
  assert.equal(size.value, "18");
});
