/** What the server sends about the grids of a village, and what the editor works on. */
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";

export type Shape = Polygon | MultiPolygon;

/** The properties of an outline in the server's GeoJSON. */
export interface OutlineProperties {
  code: string;
  name: string;
  level: string;
  version: number;
  area_m2: number;
  simulated: boolean;
}

export type OutlineFeature = Feature<Shape, OutlineProperties>;

/** One finding of a check; `geometry` is the area or point it speaks of. */
export interface Finding {
  id: string;
  level: "error" | "warning" | "note";
  message: string;
  places: string[];
  area_m2: number;
  geometry: Shape | { type: "Point"; coordinates: Position } | null;
  url: string;
}

export interface Report {
  grids: number;
  drawn: number;
  points: number;
  findings: Finding[];
}

/** Everything that the map shows (`GET …/map/picture/`). */
export interface Loaded {
  village: { code: string; name: string };
  county: OutlineFeature | null;
  outline: OutlineFeature | null;
  grids: FeatureCollection<Shape, OutlineProperties>;
  neighbours: FeatureCollection<Shape, OutlineProperties>;
  undrawn: { code: string; name: string }[];
  points: { lon: number; lat: number; label: string; url: string }[];
  report: Report;
}

/** One grid on the map. `code` is empty until it is saved; `origin` names the grids it was made from. */
export interface Area {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly origin: readonly string[];
  readonly simulated: boolean;
  /** null: the grid is registered but not drawn. */
  readonly geometry: Shape | null;
}

/** The whole picture at one moment; never changed in place, so that a step back is the picture before. */
export interface Picture {
  readonly areas: readonly Area[];
  readonly outline: { readonly geometry: Shape; readonly version: number; readonly changed: boolean } | null;
  readonly removed: readonly string[];
}
