/**
 * Elder mode: bigger type and targets, at once and on every page after.
 *
 * ```html
 * <a href="?elder=1" role="button" data-behaviour="elder-mode" aria-pressed="false">大字</a>
 * ```
 *
 * Without scripts the link does the same through the server (`PreferencesMiddleware`).
 */
import type { Behaviour } from "../mount";

const YEAR = 365 * 24 * 3600;

export const elderMode: Behaviour<HTMLAnchorElement> = (link) => {
  const root = document.documentElement;
  const toggle = (event: Event) => {
    event.preventDefault();
    const on = !root.hasAttribute("data-elder");
    root.toggleAttribute("data-elder", on);
    link.setAttribute("aria-pressed", String(on));
    link.href = link.href.replace(/elder=[01]/, `elder=${on ? 0 : 1}`);
    document.cookie = `elder=${on ? 1 : 0}; path=/; max-age=${YEAR}; samesite=lax`;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === " ") toggle(event);
  };
  link.addEventListener("click", toggle);
  link.addEventListener("keydown", onKey);
  return () => {
    link.removeEventListener("click", toggle);
    link.removeEventListener("keydown", onKey);
  };
};
