/**
 * A `details` menu that closes on Escape, on a press elsewhere and when focus leaves it.
 *
 * ```html
 * <details class="menu" data-behaviour="menu"><summary>张三</summary><div class="menu-list">…</div></details>
 * ```
 */
import type { Behaviour } from "../mount";

export const menu: Behaviour<HTMLDetailsElement> = (details) => {
  const outside = (event: Event) => {
    if (!details.contains(event.target as Node)) details.open = false;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  };
  document.addEventListener("click", outside);
  document.addEventListener("focusin", outside);
  details.addEventListener("keydown", onKey);
  return () => {
    document.removeEventListener("click", outside);
    document.removeEventListener("focusin", outside);
    details.removeEventListener("keydown", onKey);
  };
};
