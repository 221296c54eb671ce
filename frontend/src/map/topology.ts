/** Corners that neighbours share: what moved in one ring is carried into the others. Pure. */
import type { Position } from "geojson";

/** A hundred-millionth of a degree is a millimetre: closer corners are one corner. */
const SAME = 1e-7;

/** One change of a ring: corners that moved, one set in between two others, or one taken out. */
export type Steps =
  | { kind: "moved"; pairs: [Position, Position][] }
  | { kind: "inserted"; after: Position; before: Position; corner: Position }
  | { kind: "deleted"; corner: Position };

export function same(a: Position, b: Position): boolean {
  return Math.abs(a[0]! - b[0]!) < SAME && Math.abs(a[1]! - b[1]!) < SAME;
}

/** What happened between two closed rings, or null when it was more than one of the known changes. */
export function carry(before: Position[], after: Position[]): Steps | null {
  const old = before.slice(0, -1);
  const now = after.slice(0, -1);
  if (old.length === now.length) {
    const pairs = old.flatMap((corner, i): [Position, Position][] =>
      same(corner, now[i]!) ? [] : [[corner, now[i]!]],
    );
    return pairs.length ? { kind: "moved", pairs } : null;
  }
  if (now.length === old.length + 1) {
    const i = now.findIndex((corner) => !old.some((other) => same(corner, other)));
    if (i < 0) return null;
    return {
      kind: "inserted",
      corner: now[i]!,
      after: now[(i + now.length - 1) % now.length]!,
      before: now[(i + 1) % now.length]!,
    };
  }
  if (now.length === old.length - 1) {
    const corner = old.find((other) => !now.some((kept) => same(kept, other)));
    return corner ? { kind: "deleted", corner } : null;
  }
  return null;
}

/** The same change in a neighbour's ring; the very same array when it does not touch it. */
export function carryInto(ring: Position[], steps: Steps): Position[] {
  if (steps.kind === "moved") {
    let touched = false;
    const out = ring.map((corner) => {
      const pair = steps.pairs.find(([from]) => same(from, corner));
      touched ||= Boolean(pair);
      return pair ? pair[1] : corner;
    });
    return touched ? out : ring;
  }
  if (steps.kind === "deleted") {
    const kept = ring.slice(0, -1).filter((corner) => !same(corner, steps.corner));
    return kept.length >= 3 && kept.length < ring.length - 1 ? [...kept, kept[0]!] : ring;
  }
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [a, b] = [ring[i]!, ring[i + 1]!];
    const there = same(a, steps.after) && same(b, steps.before);
    const back = same(a, steps.before) && same(b, steps.after);
    if (there || back) return [...ring.slice(0, i + 1), steps.corner, ...ring.slice(i + 1)];
  }
  return ring;
}
