/**
 * Says how many characters are left of `maxlength`, politely and only near the end.
 *
 * ```html
 * <textarea maxlength="500" data-behaviour="char-count" data-text-left="还可以写 {n} 字"
 *   aria-describedby="text-left"></textarea><p id="text-left" data-left aria-live="polite"></p>
 * ```
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

const NEAR = 0.2;

export const charCount: Behaviour<HTMLTextAreaElement> = (area) => {
  const place = area.parentElement?.querySelector("[data-left]");
  const tell = () => {
    const left = area.maxLength - area.value.length;
    if (place) place.textContent = left <= area.maxLength * NEAR ? word(area, "left", { n: left }) : "";
  };
  area.addEventListener("input", tell);
  return () => area.removeEventListener("input", tell);
};
