import assert from "node:assert/strict";
import { test } from "node:test";
import type { Polygon, Position } from "geojson";

import { areaOf } from "./measure";
import * as step from "./picture";
import { snap } from "./snapping";
import { carry, carryInto } from "./topology";
import type { Loaded, Shape } from "./types";

/** A closed square with its corner at x, y. */
function square(x: number, y = 0, size = 1): Polygon {
  const ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]];
  return { type: "Polygon", coordinates: [ring] };
}

function feature(code: string, geometry: Shape, version = 1) {
  const properties = { code, name: `网格${code}`, level: "grid", version, area_m2: 1, simulated: true };
  return { type: "Feature" as const, id: code, geometry, properties };
}

function loaded(...shapes: Shape[]): Loaded {
  return {
    village: { code: "V", name: "村" },
    county: null,
    outline: null,
    grids: { type: "FeatureCollection", features: shapes.map((shape, i) => feature(String(i + 1), shape)) },
    neighbours: { type: "FeatureCollection", features: [] },
    undrawn: [{ code: "9", name: "未画" }],
    points: [],
    report: { grids: 0, drawn: 0, points: 0, findings: [] },
  };
}

const ringOf = (shape: Shape | null | undefined) => (shape as Polygon).coordinates[0]!;

test("what the server sent goes back unchanged", () => {
  const picture = step.fromServer(loaded(square(0), square(1)));
  assert.deepEqual(step.toServer(picture, "V"), {
    grids: [
      { code: "1", name: "网格1", version: 1, origin: [], geometry: square(0) },
      { code: "2", name: "网格2", version: 1, origin: [], geometry: square(1) },
    ],
    outline: null,
    removed: [],
  });
});

test("a moved corner takes the neighbour's along, and nothing else", () => {
  const picture = step.fromServer(loaded(square(0), square(1), square(5)));
  const [left, right, far] = picture.areas;
  const ring = ringOf(left!.geometry).map((corner) => (corner[0] === 1 && corner[1] === 1 ? [1.2, 1.1] : corner));
  const next = step.moved(picture, left!.id, { type: "Polygon", coordinates: [ring] });
  assert.ok(ringOf(next.areas[1]!.geometry).some((corner) => corner[0] === 1.2 && corner[1] === 1.1));
  assert.ok(!ringOf(next.areas[1]!.geometry).some((corner) => corner[0] === 1 && corner[1] === 1));
  assert.equal(next.areas[2], far);
  assert.notEqual(next.areas[1], right);
  assert.equal(next.areas[0]!.simulated, false);
});

test("a corner set into a shared edge is set into both; one taken out leaves both", () => {
  const picture = step.fromServer(loaded(square(0), square(1)));
  const left = picture.areas[0]!;
  const ring = ringOf(left.geometry);
  const more = [ring[0]!, ring[1]!, [1, 0.5], ring[2]!, ring[3]!, ring[4]!];
  const next = step.moved(picture, left.id, { type: "Polygon", coordinates: [more] });
  assert.equal(ringOf(next.areas[1]!.geometry).length, 6);
  const back = step.moved(next, left.id, { type: "Polygon", coordinates: [ring] });
  assert.equal(ringOf(back.areas[1]!.geometry).length, 5);
});

test("changes that are no single step carry nothing", () => {
  const ring = ringOf(square(0));
  assert.equal(carry(ring, ring), null);
  assert.equal(carry(ring, ringOf(square(0)).slice(0, 2)), null);
  assert.equal(carryInto(ring, { kind: "moved", pairs: [[[7, 7], [8, 8]]] }), ring);
  const triangle: Position[] = [[0, 0], [1, 0], [0, 1], [0, 0]];
  assert.equal(carryInto(triangle, { kind: "deleted", corner: [0, 0] }), triangle); // three corners must stay
});

test("cutting and joining remember where a grid came from", () => {
  const picture = step.fromServer(loaded(square(0, 0, 2), square(2)));
  const cut = step.cut(picture, picture.areas[0]!.id, [square(0), square(1)], "新网格");
  assert.deepEqual(cut.areas.map((area) => area.name), ["网格2", "未画", "网格1", "新网格"]);
  assert.deepEqual(cut.areas.slice(2).map((area) => area.origin), [["1"], ["1"]]);
  const ids = [cut.areas[0]!.id, cut.areas[3]!.id];
  const joined = step.joined(cut, ids, square(1, 0, 2));
  const last = joined.areas.at(-1)!;
  assert.deepEqual([...last.origin].sort(), ["1", "2"]);
  assert.deepEqual((step.toServer(joined, "V") as { removed: string[] }).removed, []);
});

test("taking a stored grid away ends it; one that was never saved just goes", () => {
  const picture = step.fromServer(loaded(square(0)));
  const drawn = step.added(picture, square(3), "新");
  const gone = step.without(step.without(drawn, drawn.areas.at(-1)!.id), drawn.areas[0]!.id);
  assert.deepEqual((step.toServer(gone, "V") as { removed: string[] }).removed, ["1"]);
  assert.equal(gone.areas.length, 1);
});

test("a grid cut and thrown away is ended once, and not while a part of it stays", () => {
  const picture = step.fromServer(loaded(square(0, 0, 2)));
  const cut = step.cut(picture, picture.areas[0]!.id, [square(0), square(1)], "新");
  const one = step.without(cut, cut.areas.at(-1)!.id);
  assert.deepEqual((step.toServer(one, "V") as { removed: string[] }).removed, []);
  const none = step.without(one, one.areas.at(-1)!.id);
  assert.deepEqual((step.toServer(none, "V") as { removed: string[] }).removed, ["1"]);
});

test("steps back and forth", () => {
  let told = 0;
  const first = step.fromServer(loaded(square(0)));
  const history = new step.History(first, () => (told += 1));
  history.undo();
  assert.equal(told, 0);
  const second = step.renamed(first, first.areas[0]!.id, "甲");
  history.push(second);
  history.push(second);
  assert.equal(told, 1);
  history.undo();
  assert.equal(history.now, first);
  assert.ok(history.canRedo);
  history.redo();
  assert.equal(history.now, second);
  history.undo();
  history.push(step.renamed(first, first.areas[0]!.id, "乙"));
  assert.ok(!history.canRedo);
  history.reset(first);
  assert.ok(!history.canUndo);
});

test("names are free", () => {
  let picture = step.fromServer(loaded());
  for (let i = 0; i < 3; i += 1) picture = step.added(picture, square(i), step.freeName(picture, "新网格"));
  assert.deepEqual(picture.areas.map((area) => area.name), ["未画", "新网格", "新网格 2", "新网格 3"]);
});

test("snapping prefers corners, then edges, and leaves the rest", () => {
  const project = (lon: number, lat: number) => ({ x: lon * 100, y: -lat * 100 });
  const unproject = (x: number, y: number) => ({ lng: x / 100, lat: -y / 100 });
  const shapes = [square(0)];
  assert.deepEqual(snap({ x: 95, y: -4 }, shapes, project, unproject), [1, 0]);
  assert.deepEqual(snap({ x: 50, y: 6 }, shapes, project, unproject), [0.5, -0]);
  assert.equal(snap({ x: 50, y: 30 }, shapes, project, unproject), undefined);
  assert.equal(snap({ x: 50, y: 6 }, [], project, unproject), undefined);
});

test("areas as the server computes them", () => {
  // tests/core/test_geo.py: a cell of one degree on the equator of WGS-84.
  assert.ok(Math.abs(areaOf(square(106)) / 12_308_778_361 - 1) < 2e-4);
  const ringed: Polygon = { type: "Polygon", coordinates: [ringOf(square(0, 0, 3)), ringOf(square(1, 1))] };
  assert.ok(Math.abs(areaOf(ringed) - (areaOf(square(0, 0, 3)) - areaOf(square(1, 1)))) < 1);
});
