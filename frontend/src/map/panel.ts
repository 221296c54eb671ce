/** The lists beside the map: the grids with their names and buttons, and the findings of the check. */
import { word } from "../words";
import { areaOf } from "./measure";
import type { Area, Finding, Picture } from "./types";

export interface Pressed {
  choose(id: string): void;
  rename(id: string, name: string): void;
  coordinates(id: string): void;
  remove(id: string): void;
  finding(finding: Finding): void;
}

export class Panel {
  constructor(
    private readonly root: HTMLElement,
    private readonly editable: boolean,
    private readonly pressed: Pressed,
  ) {}

  /** Ids of the areas whose boxes are ticked. */
  get ticked(): string[] {
    return Array.from(this.root.querySelectorAll<HTMLInputElement>("[data-tick]:checked"), (box) => box.value);
  }

  draw(picture: Picture, selected: string | null): void {
    const list = this.root.querySelector<HTMLElement>("[data-list]")!;
    const focus = document.activeElement?.getAttribute("data-focus");
    const ticked = new Set(this.ticked);
    list.replaceChildren(...picture.areas.map((area) => this.row(area, area.id === selected, ticked.has(area.id))));
    this.root.querySelector("[data-count]")!.textContent = String(picture.areas.length);
    if (focus) list.querySelector<HTMLElement>(`[data-focus="${focus}"]`)?.focus();
  }

  /** Only the mark of what is selected changes: rebuilding would take the focus away. */
  mark(selected: string | null): void {
    this.root.querySelectorAll<HTMLElement>("[data-list] > li").forEach((row) => {
      row.toggleAttribute("data-selected", row.dataset.id === selected);
    });
  }

  private row(area: Area, selected: boolean, ticked: boolean): HTMLElement {
    const row = document.createElement("li");
    row.className = "grid-map-row";
    row.dataset.id = area.id;
    row.toggleAttribute("data-selected", selected);
    const size = area.geometry
      ? word(this.root, "area", { n: Math.round(areaOf(area.geometry)).toLocaleString("en") })
      : word(this.root, "undrawn");
    if (this.editable) row.append(this.tick(area, ticked), this.nameBox(area));
    else row.append(this.button(area, area.name, () => this.pressed.choose(area.id), "row-title"));
    const meta = document.createElement("span");
    meta.className = "row-meta num";
    meta.textContent = [area.code.slice(12), size, area.simulated ? word(this.root, "simulated") : ""]
      .filter(Boolean)
      .join(" · ");
    row.append(meta);
    if (this.editable) row.append(this.buttons(area));
    return row;
  }

  private tick(area: Area, ticked: boolean): HTMLElement {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = area.id;
    box.checked = ticked;
    box.disabled = !area.geometry;
    box.setAttribute("data-tick", "");
    box.setAttribute("aria-label", area.name);
    return box;
  }

  private nameBox(area: Area): HTMLElement {
    const box = document.createElement("input");
    box.className = "input";
    box.value = area.name;
    box.maxLength = 64;
    box.setAttribute("data-focus", `name-${area.id}`);
    box.setAttribute("aria-label", `${word(this.root, "rename")} ${area.name}`);
    box.addEventListener("focus", () => this.pressed.choose(area.id));
    box.addEventListener("change", () => this.pressed.rename(area.id, box.value.trim()));
    return box;
  }

  private buttons(area: Area): HTMLElement {
    const box = document.createElement("span");
    box.className = "cluster";
    if (area.geometry) box.append(this.button(area, word(this.root, "show"), () => this.pressed.choose(area.id)));
    box.append(
      this.button(area, word(this.root, "coordinates"), () => this.pressed.coordinates(area.id)),
      this.button(area, word(this.root, "remove"), () => this.pressed.remove(area.id)),
    );
    return box;
  }

  private button(area: Area, text: string, press: () => void, kind = "button button-quiet"): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind;
    button.textContent = text;
    button.setAttribute("data-focus", `${text}-${area.id}`);
    button.setAttribute("aria-label", `${text} ${area.name}`);
    button.addEventListener("click", press);
    return button;
  }

  findings(found: readonly Finding[]): void {
    const box = this.root.querySelector<HTMLElement>("[data-report]")!;
    if (!found.length) {
      const clean = document.createElement("p");
      clean.className = "notice";
      clean.dataset.tone = "ok";
      clean.textContent = word(this.root, "clean");
      box.replaceChildren(clean);
      return;
    }
    const list = document.createElement("ol");
    list.className = "rows";
    list.append(...found.map((finding) => this.finding(finding)));
    box.replaceChildren(list);
  }

  private finding(finding: Finding): HTMLElement {
    const row = document.createElement("li");
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.dataset.tone = { error: "late", warning: "warn", note: "info" }[finding.level];
    badge.textContent = finding.id;
    row.append(badge, " ");
    if (finding.geometry || finding.places.length) {
      const press = document.createElement("button");
      press.type = "button";
      press.className = "grid-map-finding";
      press.textContent = finding.message;
      press.addEventListener("click", () => this.pressed.finding(finding));
      row.append(press);
    } else {
      row.append(finding.message);
    }
    return row;
  }
}
