/**
 * Copies a text, such as a status code, and says so.
 *
 * ```html
 * <button type="button" data-behaviour="copy" data-copy="7KQ2M-0XV9D" data-text-done="已复制"
 *   data-text-failed="没有复制成功，请长按选中后复制。">复制</button>
 * ```
 */
import type { Behaviour } from "../mount";
import { toast, word } from "../words";

export const copy: Behaviour<HTMLButtonElement> = (button) => {
  const press = async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      toast(word(button, "done"));
    } catch {
      toast(word(button, "failed"));
    }
  };
  const click = () => void press();
  button.addEventListener("click", click);
  return () => button.removeEventListener("click", click);
};
