/** Draws a corner to the nearest corner or edge of what is already there, within a few pixels. */
import type { Position } from "geojson";

import type { Shape } from "./types";

export interface Pixel {
  x: number;
  y: number;
}
type Project = (lon: number, lat: number) => Pixel;
type Unproject = (x: number, y: number) => { lng: number; lat: number };

const CORNER = 14;
const EDGE = 9;

export function rings(shape: Shape): Position[][] {
  return shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat();
}

/** Where a corner put at `at` should go; undefined leaves it where it is. Corners win over edges. */
export function snap(at: Pixel, shapes: readonly Shape[], project: Project, unproject: Unproject): Position | undefined {
  let best: { distance: number; place: Position } | undefined;
  let edge: { distance: number; spot: Pixel } | undefined;
  for (const ring of shapes.flatMap(rings)) {
    let last: Pixel | undefined;
    for (const corner of ring) {
      const spot = project(corner[0]!, corner[1]!);
      const distance = Math.hypot(spot.x - at.x, spot.y - at.y);
      if (distance <= CORNER && distance < (best?.distance ?? Infinity)) best = { distance, place: corner };
      const foot = last && nearestOn(at, last, spot);
      if (foot) {
        const away = Math.hypot(foot.x - at.x, foot.y - at.y);
        if (away <= EDGE && away < (edge?.distance ?? Infinity)) edge = { distance: away, spot: foot };
      }
      last = spot;
    }
  }
  if (best) return best.place;
  if (!edge) return undefined;
  const { lng, lat } = unproject(edge.spot.x, edge.spot.y);
  return [round(lng), round(lat)];
}

/** Seven decimals, about a centimetre: what the server keeps. */
export function round(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}

function nearestOn(at: Pixel, a: Pixel, b: Pixel): Pixel {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length)) : 0;
  return { x: a.x + along * dx, y: a.y + along * dy };
}
