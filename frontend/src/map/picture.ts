/** The picture of a village's grids and the steps that change it. Pure: knows neither the map nor the page. */
import type { Position } from "geojson";

import { uuid7 } from "../uuid";
import { carry, carryInto } from "./topology";
import type { Area, Loaded, Picture, Shape } from "./types";

/** The picture as the server sent it. */
export function fromServer(loaded: Loaded): Picture {
  const drawn = loaded.grids.features.map(
    (feature): Area => ({
      id: uuid7(),
      code: feature.properties.code,
      name: feature.properties.name,
      version: feature.properties.version,
      origin: [],
      simulated: feature.properties.simulated,
      geometry: feature.geometry,
    }),
  );
  const bare = loaded.undrawn.map(
    ({ code, name }): Area => ({ id: uuid7(), code, name, version: 0, origin: [], simulated: false, geometry: null }),
  );
  const outline = loaded.outline && {
    geometry: loaded.outline.geometry,
    version: loaded.outline.properties.version,
    changed: false,
  };
  return { areas: [...drawn, ...bare], outline, removed: [] };
}

/** The first name of the pattern "base n" that no area bears. */
export function freeName(picture: Picture, base: string): string {
  const taken = new Set(picture.areas.map((area) => area.name));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base} ${n}`;
    if (!taken.has(name)) return name;
  }
}

/** A new grid; given the code of one that was registered but not drawn, that grid's area. */
export function added(picture: Picture, geometry: Shape, name: string, id = uuid7()): Picture {
  const area: Area = { id, code: "", name, version: 0, origin: [], simulated: false, geometry };
  return { ...picture, areas: [...picture.areas, area] };
}

function replaced(picture: Picture, id: string, change: Partial<Area>): Picture {
  return { ...picture, areas: picture.areas.map((area) => (area.id === id ? { ...area, ...change } : area)) };
}

/** An area drawn anew, alone. */
export function redrawn(picture: Picture, id: string, geometry: Shape): Picture {
  return replaced(picture, id, { geometry, simulated: false });
}

/** An area whose corners were moved: neighbours that share a corner follow, so that no gap opens. */
export function moved(picture: Picture, id: string, geometry: Shape): Picture {
  const before = picture.areas.find((area) => area.id === id)?.geometry;
  const after = redrawn(picture, id, geometry);
  if (!before || before.type !== "Polygon" || geometry.type !== "Polygon") return after;
  const steps = carry(before.coordinates[0] as Position[], geometry.coordinates[0] as Position[]);
  if (!steps) return after;
  return {
    ...after,
    areas: after.areas.map((area) => {
      if (area.id === id || area.geometry?.type !== "Polygon") return area;
      const rings = area.geometry.coordinates.map((ring) => carryInto(ring, steps));
      const same = rings.every((ring, i) => ring === area.geometry!.coordinates[i]);
      return same ? area : { ...area, geometry: { type: "Polygon", coordinates: rings } };
    }),
  };
}

export function renamed(picture: Picture, id: string, name: string): Picture {
  return replaced(picture, id, { name });
}

/** Where an area comes from: itself when it is stored, else what it was made from. */
function origins(area: Area): readonly string[] {
  return area.code ? [area.code] : area.origin;
}

/** One area in the place of several. */
export function joined(picture: Picture, ids: readonly string[], geometry: Shape): Picture {
  const parts = picture.areas.filter((area) => ids.includes(area.id));
  const first = parts[0];
  if (!first) return picture;
  const area: Area = {
    id: uuid7(),
    code: "",
    name: first.name,
    version: 0,
    origin: [...new Set(parts.flatMap(origins))],
    simulated: false,
    geometry,
  };
  return { ...picture, areas: [...picture.areas.filter((other) => !ids.includes(other.id)), area] };
}

/** Several areas in the place of one; the first keeps the name. */
export function cut(picture: Picture, id: string, parts: readonly Shape[], base: string): Picture {
  const old = picture.areas.find((area) => area.id === id);
  if (!old) return picture;
  let next: Picture = { ...picture, areas: picture.areas.filter((area) => area.id !== id) };
  parts.forEach((geometry, i) => {
    const name = i === 0 ? old.name : freeName(next, base);
    const area: Area = {
      id: uuid7(),
      code: "",
      name,
      version: 0,
      origin: origins(old),
      simulated: false,
      geometry,
    };
    next = { ...next, areas: [...next.areas, area] };
  });
  return next;
}

/** Without an area. What was never saved just goes; a stored grid is ended when the picture is saved. */
export function without(picture: Picture, id: string): Picture {
  const area = picture.areas.find((other) => other.id === id);
  if (!area) return picture;
  return {
    ...picture,
    areas: picture.areas.filter((other) => other.id !== id),
    removed: [...new Set([...picture.removed, ...origins(area)])],
  };
}

export function withOutline(picture: Picture, geometry: Shape): Picture {
  return { ...picture, outline: { geometry, version: picture.outline?.version ?? 0, changed: true } };
}

/** What is sent to be saved: only areas that are drawn. A grid still shown is not ended. */
export function toServer(picture: Picture, village: string): object {
  const used = new Set(picture.areas.flatMap((area) => [...origins(area)]));
  const outline = picture.outline;
  return {
    grids: picture.areas
      .filter((area) => area.geometry)
      .map(({ code, name, version, origin, geometry }) => ({ code, name, version, origin, geometry })),
    outline: outline?.changed ? { code: village, version: outline.version, geometry: outline.geometry } : null,
    removed: picture.removed.filter((code) => !used.has(code)),
  };
}

/** Pictures before and after the present one. */
export class History {
  private past: Picture[] = [];
  private future: Picture[] = [];

  constructor(
    private present: Picture,
    private readonly changed: () => void,
  ) {}

  get now(): Picture {
    return this.present;
  }
  get canUndo(): boolean {
    return this.past.length > 0;
  }
  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** A step forward. Nothing happens when the picture is the same. */
  push(next: Picture): void {
    if (next === this.present) return;
    this.past = [...this.past.slice(-199), this.present];
    this.future = [];
    this.present = next;
    this.changed();
  }

  undo(): void {
    const before = this.past.pop();
    if (!before) return;
    this.future.push(this.present);
    this.present = before;
    this.changed();
  }

  redo(): void {
    const after = this.future.pop();
    if (!after) return;
    this.past.push(this.present);
    this.present = after;
    this.changed();
  }

  /** Begin anew from what the server stored. */
  reset(picture: Picture): void {
    this.past = [];
    this.future = [];
    this.present = picture;
    this.changed();
  }
}
