/**
 * The grid map of a village: draw, change, cut, join, check, save; everything also from the lists by keyboard.
 *
 * ```html
 * <div data-map="grids" data-url="…/picture/" data-check="…" data-shape="…" data-worker="…/map-worker.js" data-editable>
 *   <button data-tool="select|polygon|cut">, <button data-do="join|paste|outline|undo|redo|check|save">,
 *   <div data-canvas>, <ul data-list>, <div data-report>, <p data-hint>, <span data-unsaved>,
 *   <dialog data-paste> with a textarea and a select …
 * </div>
 * ```
 */
import type { Position } from "geojson";
import type { Map as LibreMap } from "maplibre-gl";

import { toast, typing, word } from "../words";
import { fit, Names, openMap, show, showFindings, showGround, collection } from "./canvas";
import { Drawing, isSimple, type Tool } from "./drawing";
import { PasteDialog } from "./paste";
import { Panel } from "./panel";
import * as step from "./picture";
import { ask, Refused } from "./server";
import type { Finding, Loaded, Picture, Report, Shape } from "./types";

export class GridMap {
  private history!: step.History;
  private map: LibreMap | null = null;
  private drawing: Drawing | null = null;
  private names: Names | null = null;
  private selected: string | null = null;
  private tool: Tool = "select";
  private loaded!: Loaded;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly editable: boolean;
  private readonly panel: Panel;
  private readonly paste: PasteDialog | null;

  constructor(private readonly root: HTMLElement) {
    this.editable = root.hasAttribute("data-editable");
    this.panel = new Panel(root, this.editable, {
      choose: (id) => this.choose(id),
      rename: (id, name) => this.rename(id, name),
      coordinates: (id) => this.openPaste(id),
      remove: (id) => this.remove(id),
      finding: (finding) => this.look(finding),
    });
    const dialog = root.querySelector<HTMLDialogElement>("dialog[data-paste]");
    this.paste = dialog && new PasteDialog(dialog, (text, datum) => this.read(text, datum));
  }

  async start(): Promise<void> {
    this.loaded = await ask<Loaded>(this.root.dataset.url!);
    this.history = new step.History(step.fromServer(this.loaded), () => this.refresh());
    this.bind();
    try {
      const canvas = this.root.querySelector<HTMLElement>("[data-canvas]")!;
      this.map = await openMap(canvas, this.root.dataset.worker!);
      showGround(this.map, this.loaded);
      this.map.on("idle", () => this.noteView());
      this.names = new Names(this.map);
      if (this.editable) this.startDrawing(this.map);
      this.fitAll();
    } catch (error) {
      console.warn(error);
      this.hint("nomap");
    }
    this.refresh();
    this.tell(this.loaded.report);
    this.root.dataset.ready = "";
  }

  private startDrawing(map: LibreMap): void {
    this.drawing = new Drawing(map, {
      selected: (id) => this.heardSelection(id),
      reshaped: (id, shape) => this.push(step.moved(this.now, id, shape)),
      drawn: (shape) => this.drawn(shape),
      lined: (line) => void this.cut(line),
    });
    this.use("select");
  }

  private get now(): Picture {
    return this.history.now;
  }

  private push(picture: Picture): void {
    this.history.push(picture);
  }

  /** Everything on the page follows the picture. */
  private refresh(): void {
    const picture = this.now;
    if (this.selected && !picture.areas.some((area) => area.id === this.selected)) this.selected = null;
    this.drawing?.fill(picture, this.neighbours(), this.selected);
    if (this.map) {
      const plain = picture.areas.filter((area) => !this.drawing || !isSimple(area)).map((area) => area.geometry);
      show(this.map, "grids", collection(plain));
      show(this.map, "outline", collection([picture.outline?.geometry ?? null]));
      this.names?.draw(picture.areas);
    }
    this.panel.draw(picture, this.selected);
    this.enable("undo", this.history.canUndo);
    this.enable("redo", this.history.canRedo);
    this.enable("save", this.history.canUndo);
    const unsaved = this.root.querySelector("[data-unsaved]");
    if (unsaved) unsaved.textContent = this.history.canUndo ? word(this.root, "unsaved") : "";
  }

  private neighbours(): Shape[] {
    return this.loaded.neighbours.features.map((feature) => feature.geometry);
  }

  private enable(name: string, on: boolean): void {
    const button = this.root.querySelector<HTMLButtonElement>(`[data-do="${name}"]`);
    if (button) button.disabled = !on;
  }

  private fitAll(): void {
    const drawn = this.now.areas.flatMap((area) => (area.geometry ? [area.geometry] : []));
    const outline = this.now.outline ? [this.now.outline.geometry] : [];
    const county = this.loaded.county ? [this.loaded.county.geometry] : [];
    if (this.map) fit(this.map, drawn.length || outline.length ? [...drawn, ...outline] : county);
  }

  /** Where the map looks, on the element: a link or a test can tell which spot a pixel is. */
  private noteView(): void {
    if (!this.map) return;
    const { lng, lat } = this.map.getCenter();
    this.root.dataset.view = [lng, lat, this.map.getZoom()].join(",");
  }

  private bind(): void {
    this.root.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-tool], button[data-do]");
      if (button?.dataset.tool) this.use(button.dataset.tool as Tool);
      if (button?.dataset.do) void this.perform(button.dataset.do);
    });
    document.addEventListener("keydown", (event) => {
      if (!this.editable || typing(event.target) || !(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) this.history.redo();
      else this.history.undo();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.history.canUndo) event.preventDefault();
    });
  }

  private async perform(what: string): Promise<void> {
    if (what === "undo") this.history.undo();
    else if (what === "redo") this.history.redo();
    else if (what === "paste") this.openPaste(null);
    else if (what === "join") await this.join();
    else if (what === "outline") await this.outline();
    else if (what === "check") await this.check();
    else if (what === "save") await this.save();
  }

  private use(tool: Tool): void {
    if (tool === "cut" && !this.selectedArea()) {
      toast(word(this.root, "choose"));
      return;
    }
    this.tool = tool;
    this.drawing?.use(tool);
    if (tool !== "select") this.map?.getCanvas().focus(); // Enter and Escape are meant for the drawing
    this.root.querySelectorAll("[data-tool]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-tool") === tool));
    });
    this.hint(`hint-${tool === "polygon" ? "draw" : tool}`);
  }

  private hint(name: string): void {
    const line = this.root.querySelector("[data-hint]");
    if (line) line.textContent = word(this.root, name);
  }

  private selectedArea() {
    return this.now.areas.find((area) => area.id === this.selected && area.geometry);
  }

  /** terra-draw forgets the selection when a line is drawn; the list keeps it. */
  private heardSelection(id: string | null): void {
    if (this.drawing?.isFilling || this.tool !== "select") return;
    this.selected = id;
    this.panel.mark(id);
  }

  private choose(id: string): void {
    const area = this.now.areas.find((other) => other.id === id);
    if (!area) return;
    const again = this.selected === id;
    this.selected = id;
    if (this.editable && this.drawing && this.tool === "select" && isSimple(area)) this.drawing.select(id);
    if (!isSimple(area) && area.geometry && this.editable) toast(word(this.root, "several"));
    if (this.map && area.geometry && !again) fit(this.map, [area.geometry]);
    this.panel.mark(id);
  }

  private rename(id: string, name: string): void {
    const area = this.now.areas.find((other) => other.id === id);
    if (area && name && name !== area.name) this.push(step.renamed(this.now, id, name));
    else this.panel.draw(this.now, this.selected);
  }

  private remove(id: string): void {
    this.push(step.without(this.now, id));
  }

  private drawn(shape: Shape): void {
    const bare = this.now.areas.find((area) => area.id === this.selected && !area.geometry);
    if (bare) this.push(step.redrawn(this.now, bare.id, shape));
    else this.push(step.added(this.now, shape, step.freeName(this.now, word(this.root, "new"))));
    this.use("select");
  }

  /** Ask the server, one thing after the other; what it refuses is told, and nothing changes. */
  private work<T>(job: () => Promise<T>): Promise<T | null> {
    const done = this.queue.then(async () => {
      this.root.setAttribute("aria-busy", "true");
      try {
        return await job();
      } catch (error) {
        const said = error instanceof Refused ? error.message : "";
        toast(said || word(this.root, "failed"), 10_000);
        return null;
      } finally {
        this.root.removeAttribute("aria-busy");
      }
    });
    this.queue = done;
    return done;
  }

  private shapes(body: object): Promise<{ geometries: Shape[] }> {
    return ask(this.root.dataset.shape!, body);
  }

  private async cut(line: Position[]): Promise<void> {
    const area = this.selectedArea();
    this.use("select");
    if (!area) return;
    const made = await this.work(() => this.shapes({ do: "cut", geometry: area.geometry, line }));
    if (made) this.push(step.cut(this.now, area.id, made.geometries, word(this.root, "new")));
  }

  private async join(): Promise<void> {
    const ids = this.panel.ticked;
    const geometries = this.now.areas.filter((area) => ids.includes(area.id) && area.geometry).map((a) => a.geometry);
    if (geometries.length < 2) {
      this.hint("hint-join");
      toast(word(this.root, "hint-join"));
      return;
    }
    const made = await this.work(() => this.shapes({ do: "join", geometries }));
    if (made?.geometries[0]) this.push(step.joined(this.now, ids, made.geometries[0]));
  }

  private async outline(): Promise<void> {
    const geometries = this.now.areas.flatMap((area) => (area.geometry ? [area.geometry] : []));
    if (!geometries.length) return;
    const made = await this.work(() => this.shapes({ do: "join", geometries }));
    if (made?.geometries[0]) this.push(step.withOutline(this.now, made.geometries[0]));
  }

  private openPaste(id: string | null): void {
    const area = this.now.areas.find((other) => other.id === id);
    this.selected = id ?? this.selected;
    this.paste?.open(area?.geometry ?? null, id);
  }

  /** Coordinates that were pasted: for the area they were opened for, or a new one. Rejects when refused. */
  private async read(text: string, datum: string): Promise<void> {
    const made = await this.shapes({ do: "read", text, datum });
    const shape = made.geometries[0];
    if (!shape) return;
    const id = this.paste?.target ?? null;
    if (id) this.push(step.redrawn(this.now, id, shape));
    else this.push(step.added(this.now, shape, step.freeName(this.now, word(this.root, "new"))));
    if (this.map) fit(this.map, [shape]);
  }

  private async check(): Promise<void> {
    const report = await this.work(() => ask<Report>(this.root.dataset.check!, this.body()));
    if (report) this.tell(report);
  }

  private body(): object {
    return step.toServer(this.now, this.loaded.village.code);
  }

  private tell(report: Report): void {
    this.panel.findings(report.findings);
    if (this.map) showFindings(this.map, report.findings);
  }

  private look(finding: Finding): void {
    const area = this.now.areas.find((other) => finding.places.includes(other.code));
    const shape = finding.geometry ?? area?.geometry;
    if (this.map && shape) fit(this.map, [shape]);
    else if (area) this.choose(area.id);
  }

  private async save(): Promise<void> {
    const saved = await this.work(() => ask<Loaded>(this.root.dataset.url!, this.body()));
    if (!saved) return;
    this.loaded = saved;
    this.selected = null;
    this.history.reset(step.fromServer(saved));
    this.tell(saved.report);
    toast(word(this.root, "saved"));
  }
}
