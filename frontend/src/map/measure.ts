/** The area of a shape in square metres: the same equal-area projection of WGS-84 as the server's core.geo. */
import type { Position } from "geojson";

import type { Shape } from "./types";

const A = 6378137;
const F = 1 / 298.257223563;
const E = Math.sqrt(2 * F - F * F);

function authalic(latitude: number): number {
  const s = Math.sin((latitude * Math.PI) / 180);
  const es = E * s;
  return (1 - E * E) * (s / (1 - es * es) + Math.atanh(es) / E);
}

function ringArea(ring: readonly Position[]): number {
  const origin = ring[0]?.[0] ?? 0;
  const flat = ring.map((place) => [((place[0]! - origin) * Math.PI * A) / 180, (A * authalic(place[1]!)) / 2] as const);
  let total = 0;
  flat.forEach(([x, y], i) => {
    const [px, py] = flat[(i + flat.length - 1) % flat.length]!;
    total += (px - x) * (py + y);
  });
  return Math.abs(total / 2);
}

export function areaOf(shape: Shape): number {
  const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
  return polygons.reduce((sum, [outer, ...holes]) => {
    return sum + ringArea(outer ?? []) - holes.reduce((less, hole) => less + ringArea(hole), 0);
  }, 0);
}
