/** terra-draw on the map: areas to change corner by corner, a new area, a line that cuts. */
import type { Polygon, Position } from "geojson";
import type { Map as LibreMap } from "maplibre-gl";
import {
  TerraDraw,
  TerraDrawLineStringMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
  ValidateNotSelfIntersecting,
  type GeoJSONStoreFeatures,
  type SnapToCustom,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";

import { round, snap } from "./snapping";
import type { Area, Picture, Shape } from "./types";

export type Tool = "select" | "polygon" | "cut";

/** What the drawing tells its owner. */
export interface Heard {
  selected(id: string | null): void;
  reshaped(id: string, shape: Polygon): void;
  drawn(shape: Polygon): void;
  lined(line: Position[]): void;
}

/** terra-draw holds simple polygons only; others are shown, and changed by their coordinates. */
export function isSimple(area: Area): area is Area & { geometry: Polygon } {
  return area.geometry?.type === "Polygon" && area.geometry.coordinates.length === 1;
}

function colour(name: string): `#${string}` {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() as `#${string}`;
}

export class Drawing {
  private readonly draw: TerraDraw;
  private others: { id: string; shape: Shape }[] = [];
  private filling = false;

  constructor(
    private readonly map: LibreMap,
    private readonly heard: Heard,
  ) {
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
      idStrategy: { isValidId: (id) => typeof id === "string" && id.length === 36, getId: () => crypto.randomUUID() },
      modes: [this.selecting(), this.polygon(), this.line()],
    });
    this.draw.start();
    this.draw.setMode("select");
    this.draw.on("select", (id) => heard.selected(String(id)));
    this.draw.on("deselect", () => heard.selected(null));
    this.draw.on("finish", (id, { mode }) => this.finished(String(id), mode));
  }

  private snapping = (own?: string): SnapToCustom => {
    return (event, context) => {
      const shapes = this.others
        .filter(({ id }) => id !== (own ?? context.currentId))
        .map(({ shape }) => shape);
      const at = { x: event.containerX, y: event.containerY };
      return snap(at, shapes, context.project, context.unproject);
    };
  };

  private selecting(): TerraDrawSelectMode {
    const toCustom = this.snapping();
    return new TerraDrawSelectMode({
      flags: {
        polygon: {
          feature: {
            draggable: false,
            selfIntersectable: false,
            validation: ValidateNotSelfIntersecting,
            coordinates: { midpoints: { draggable: true }, draggable: true, deletable: true, snappable: { toCustom } },
          },
        },
      },
      keyEvents: { deselect: "Escape", delete: null, rotate: null, scale: null },
      styles: {
        selectedPolygonColor: colour("--red"),
        selectedPolygonFillOpacity: 0.18,
        selectedPolygonOutlineColor: colour("--red-deep"),
        selectedPolygonOutlineWidth: 3,
        selectionPointColor: colour("--red"),
        selectionPointWidth: 6,
        midPointColor: colour("--surface"),
        midPointOutlineColor: colour("--red"),
        midPointOutlineWidth: 2,
        midPointWidth: 4,
      },
    });
  }

  private polygon(): TerraDrawPolygonMode {
    return new TerraDrawPolygonMode({
      snapping: { toCustom: this.snapping() },
      validation: ValidateNotSelfIntersecting,
      styles: {
        fillColor: colour("--red-tint"),
        fillOpacity: 0.75,
        outlineColor: colour("--red"),
        outlineWidth: 2,
        closingPointColor: colour("--red"),
        closingPointWidth: 6,
      },
    });
  }

  private line(): TerraDrawLineStringMode {
    return new TerraDrawLineStringMode({
      modeName: "cut",
      styles: { lineStringColor: colour("--info"), lineStringWidth: 3, closingPointColor: colour("--info") },
    });
  }

  use(tool: Tool): void {
    if (this.draw.getMode() !== tool) this.draw.setMode(tool);
  }

  /** Show the picture, and `selected` as selected; nothing is told to the owner meanwhile. */
  fill(picture: Picture, neighbours: readonly Shape[], selected: string | null): void {
    this.filling = true;
    const mode = this.draw.getMode();
    this.draw.clear();
    const simple = picture.areas.filter(isSimple);
    const results = this.draw.addFeatures(
      simple.map(
        (area): GeoJSONStoreFeatures => ({
          type: "Feature",
          id: area.id,
          geometry: rounded(area.geometry),
          properties: { mode: "polygon" },
        }),
      ),
    );
    results.filter((result) => !result.valid).forEach((result) => console.warn("not drawn", result));
    this.others = [
      ...picture.areas.flatMap((area) => (area.geometry ? [{ id: area.id, shape: area.geometry }] : [])),
      ...(picture.outline ? [{ id: "outline", shape: picture.outline.geometry }] : []),
      ...neighbours.map((shape, i) => ({ id: `neighbour-${i}`, shape })),
    ];
    if (selected && mode === "select" && this.draw.hasFeature(selected)) this.draw.selectFeature(selected);
    this.filling = false;
  }

  get isFilling(): boolean {
    return this.filling;
  }

  private finished(id: string, mode: string): void {
    if (this.filling) return;
    const feature = this.draw.getSnapshotFeature(id);
    if (feature?.geometry.type === "LineString" && mode === "cut") {
      const line = feature.geometry.coordinates;
      this.draw.removeFeatures([id]);
      this.heard.lined(line);
    } else if (feature?.geometry.type === "Polygon" && mode === "polygon") {
      this.draw.removeFeatures([id]);
      this.heard.drawn(rounded(feature.geometry));
    } else if (feature?.geometry.type === "Polygon") {
      this.heard.reshaped(id, rounded(feature.geometry));
    }
  }

  select(id: string): void {
    this.draw.setMode("select");
    if (this.draw.hasFeature(id)) this.draw.selectFeature(id);
  }
}

function rounded(shape: Polygon): Polygon {
  return { type: "Polygon", coordinates: shape.coordinates.map((ring) => ring.map(([x, y]) => [round(x!), round(y!)])) };
}
