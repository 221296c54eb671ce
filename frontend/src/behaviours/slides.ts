/**
 * Turns the pages of a course on the screen of a hall by keyboard or presenter: arrows, page up and down; Escape
 * leaves. Each page is an address of its own, so that nothing is lost when the machine is switched off in between.
 *
 * ```html
 * <main data-behaviour="slides"> … <a data-previous href="?part=1">…</a><a data-next href="?part=3">…</a><a data-out href="…">…</a></main>
 * ```
 */
import type { Behaviour } from "../mount";

const KEYS: Record<string, string> = {
  ArrowRight: "next",
  PageDown: "next",
  ArrowLeft: "previous",
  PageUp: "previous",
  Escape: "out",
};

export const slides: Behaviour = (box) => {
  const turn = (event: KeyboardEvent) => {
    const way = KEYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = box.querySelector<HTMLAnchorElement>(`[data-${way}]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  };
  document.addEventListener("keydown", turn);
  return () => document.removeEventListener("keydown", turn);
};
