/**
 * Keeps the words of a deadline true while the page stands open.
 *
 * ```html
 * <body data-text-left="还剩{span}" data-text-late="已逾期{span}" data-text-day="{n}天" data-text-hour="{n}小时"
 *   data-text-minute="{n}分钟" data-text-moment="不到1分钟">
 * <span class="due" data-behaviour="countdown" data-at="2026-11-23T18:00:00+08:00" data-offset="0">
 *   <span class="due-word">还剩25分钟</span></span>
 * ```
 *
 * `data-offset` is how many seconds a demonstration's clock is ahead. Looks again every 30 seconds.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

const EVERY = 30_000;
const SOON = 4 * 3600;

/** The two largest units of `seconds`, in the words that the element carries. */
export function spanWords(element: HTMLElement, seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (seconds < 60) return word(element, "moment");
  const part = (name: string, n: number) => (n ? word(element, name, { n }) : "");
  const gap = document.documentElement.lang.startsWith("en") ? " " : "";
  const parts = days
    ? [part("day", days), part("hour", hours)]
    : hours
      ? [part("hour", hours), part("minute", minutes)]
      : [part("minute", minutes)];
  return parts.filter(Boolean).join(gap);
}

export const countdown: Behaviour = (element) => {
  const at = Date.parse(element.dataset.at ?? "");
  const ahead = Number(element.dataset.offset ?? 0);
  const place = element.querySelector(".due-word");
  if (Number.isNaN(at) || !place) return;
  const tell = () => {
    const left = (at - Date.now()) / 1000 - ahead;
    const state = left < 0 ? "late" : left <= SOON ? "soon" : "open";
    element.dataset.state = state;
    place.textContent = word(element, left < 0 ? "late" : "left", { span: spanWords(element, Math.abs(left)) });
  };
  tell();
  const timer = window.setInterval(tell, EVERY);
  return () => window.clearInterval(timer);
};
