/**
 * Submits a form of filters when a choice changes; its button stays for those without scripts.
 *
 * ```html
 * <form class="filters" data-behaviour="auto-submit"><select name="state">…</select>
 *   <button class="button">筛选</button></form>
 * ```
 */
import type { Behaviour } from "../mount";

export const autoSubmit: Behaviour<HTMLFormElement> = (form) => {
  const changed = (event: Event) => {
    const chosen = ["checkbox", "radio"].includes((event.target as HTMLInputElement).type);
    if (event.target instanceof HTMLSelectElement || chosen) {
      form.requestSubmit();
    }
  };
  form.addEventListener("change", changed);
  return () => form.removeEventListener("change", changed);
};
