/** Entry of the map bundle: loaded only by pages that hold a map. */
import { GridMap } from "./editor";

document.querySelectorAll<HTMLElement>('[data-map="grids"]').forEach((root) => {
  new GridMap(root).start().catch((error: unknown) => {
    console.error(error);
    root.dataset.failed = "";
  });
});
