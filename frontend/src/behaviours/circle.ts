/**
 * A circle on a drawing of loudspeakers: a touch sets its centre, a slider its radius; the fields both of them.
 *
 * ```html
 * <div data-behaviour="circle" data-west="104.4" data-north="25.8" data-across="9000" data-down="10000"
 *   data-margin="20" data-text-inside="圈里有 {n} 台喇叭">
 *   <svg viewBox="0 0 900 700"><circle data-lon="104.47" data-lat="25.71" …/><ellipse hidden></ellipse></svg>
 *   <input name="metres"><input type="range" min="0" max="18" data-circle-size data-text-size="{n} 米"><input name="lon"><input name="lat">
 *   <button type="button" data-circle-clear>不画圆</button><p data-circle-status role="status"></p>
 * </div>
 * ```
 *
 * A position is drawn at `(lon - west) * across + margin` and `(north - lat) * down + margin`.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

/** What the slider offers, in metres: fine near a house, coarse across a valley. */
const SIZES = [
  50, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10000,
];
/** Metres of one degree of latitude, as the server counts. */
const DEGREE = 111_195;

export const circle: Behaviour = (box) => {
  const field = (name: string) => box.querySelector<HTMLInputElement>(`[name="${name}"]`)!;
  const [lon, lat, metres] = [field("lon"), field("lat"), field("metres")];
  const size = box.querySelector<HTMLInputElement>("[data-circle-size]");
  const status = box.querySelector<HTMLElement>("[data-circle-status]");
  const svg = box.querySelector<SVGSVGElement>("svg");
  const shape = svg?.querySelector("ellipse");
  const ears = [...(svg?.querySelectorAll<SVGCircleElement>("[data-lon]") ?? [])];
  const frame = (name: string) => Number(box.dataset[name]);

  const distance = (x: number, y: number) =>
    Math.hypot(
      (x - Number(lon.value)) * Math.cos((Number(lat.value) * Math.PI) / 180) * DEGREE,
      (y - Number(lat.value)) * DEGREE,
    );
  const drawn = () => {
    const there = lon.value.trim() !== "" && lat.value.trim() !== "" && Number(metres.value) > 0;
    if (shape && svg) {
      shape.toggleAttribute("hidden", !there);
      if (there) {
        const degrees = Number(metres.value) / DEGREE;
        shape.setAttribute("cx", String((Number(lon.value) - frame("west")) * frame("across") + frame("margin")));
        shape.setAttribute("cy", String((frame("north") - Number(lat.value)) * frame("down") + frame("margin")));
        shape.setAttribute("ry", String(degrees * frame("down")));
        shape.setAttribute(
          "rx",
          String((degrees / Math.cos((Number(lat.value) * Math.PI) / 180)) * frame("across")),
        );
      }
    }
    if (size && document.activeElement !== size) {
      const next = SIZES.findIndex((one) => one >= Number(metres.value));
      size.value = String(next < 0 ? SIZES.length - 1 : next);
    }
    size?.setAttribute("aria-valuetext", word(size, "size", { n: metres.value }));
    const inside = ears.filter((ear) => {
      const within = there && distance(Number(ear.dataset.lon), Number(ear.dataset.lat)) <= Number(metres.value);
      ear.toggleAttribute("data-inside", within);
      return within;
    });
    if (status) status.textContent = there && ears.length ? word(box, "inside", { n: inside.length }) : "";
  };
  const touch = (event: MouseEvent) => {
    const at = svg!.getBoundingClientRect();
    const view = svg!.viewBox.baseVal;
    const x = ((event.clientX - at.left) / at.width) * view.width;
    const y = ((event.clientY - at.top) / at.height) * view.height;
    lon.value = ((x - frame("margin")) / frame("across") + frame("west")).toFixed(6);
    lat.value = (frame("north") - (y - frame("margin")) / frame("down")).toFixed(6);
    drawn();
  };
  const slid = () => {
    metres.value = String(SIZES[Number(size!.value)]);
    drawn();
  };
  const clear = () => {
    lon.value = lat.value = "";
    drawn();
  };
  const button = box.querySelector<HTMLElement>("[data-circle-clear]");
  const form = box.closest("form") ?? box;
  svg?.addEventListener("click", touch);
  size?.addEventListener("input", slid);
  box.addEventListener("input", drawn);
  form.addEventListener("locate:found", drawn);
  button?.addEventListener("click", clear);
  drawn();
  return () => {
    svg?.removeEventListener("click", touch);
    size?.removeEventListener("input", slid);
    box.removeEventListener("input", drawn);
    form.removeEventListener("locate:found", drawn);
    button?.removeEventListener("click", clear);
  };
};
