/**
 * A textarea that grows with its text.
 *
 * ```html
 * <textarea data-behaviour="autosize" rows="3"></textarea>
 * ```
 */
import type { Behaviour } from "../mount";

export const autosize: Behaviour<HTMLTextAreaElement> = (area) => {
  const grow = () => {
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", grow);
  if (area.value) grow();
  return () => area.removeEventListener("input", grow);
};
