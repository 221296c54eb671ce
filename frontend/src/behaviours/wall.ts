/**
 * Keeps a wall true for days without anybody near it: looks again when something happened, and by the clock when the
 * stream of events is lost; tells when what it shows is old; ticks its clock by the server's time; takes a new release
 * and goes dark when its link is revoked.
 *
 * ```html
 * <main data-behaviour="wall" data-live="/wall/…/events/" data-every="60" data-now="1795…">
 *   <p data-clock>09:41</p>
 *   <div data-fresh-part>…</div>
 *   <p data-link data-text-live="实时" data-text-slow="定时更新" data-text-lost="连接中断，显示的是 {time} 的情况"></p>
 * </main>
 * ```
 *
 * `data-every` is the longest time in seconds between two looks while the stream is open; without it, and while a
 * part marked `data-hurry` is shown, it is ten. The page is only ever loaded anew right after the server answered, so
 * that a screen never ends on the browser's own error page.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

/** Milliseconds: between two looks after events, without a stream, of one look, until what is shown counts as old. */
export const SOON = 2_000;
export const SLOW = 10_000;
const PATIENCE = 20_000;
const OLD = 95_000;
/** Loaded anew once a day, against what a browser gathers in weeks. */
const DAY = 24 * 3_600_000;

const two = (n: number) => String(n).padStart(2, "0");

/** Hours and minutes in China, wherever the screen's own clock thinks it is. */
export function clockOf(millis: number): string {
  const there = new Date(millis + 8 * 3_600_000);
  return `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
}

/** What a look brings: the files of the page, told apart by their names, which change with every release. */
export const releaseOf = (page: Document) =>
  Array.from(page.querySelectorAll("script[src], link[rel=stylesheet]"), (e) => e.getAttribute("src") ?? e.getAttribute("href")).join(" ");

/** Puts the parts of `page` into the same parts of `here`; what is the same is not touched. */
export function takeOver(here: ParentNode, page: ParentNode): void {
  const fresh = page.querySelectorAll("[data-fresh-part]");
  here.querySelectorAll("[data-fresh-part]").forEach((part, i) => {
    const now = fresh[i];
    if (now && part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
  });
}

export const wall: Behaviour = (main) => {
  const every = Number(main.dataset.every ?? 60) * 1000;
  const born = Date.now();
  const link = main.querySelector<HTMLElement>("[data-link]");
  const clock = main.querySelector<HTMLElement>("[data-clock]");
  let ahead = Number(main.dataset.now) * 1000 - Date.now();
  let seen = Date.now();
  let timer = 0;
  let looking = false;
  let stream: EventSource | undefined;

  const connected = () => stream?.readyState === 1;
  const tell = () => {
    const lost = Date.now() - seen > OLD;
    main.toggleAttribute("data-lost", lost);
    main.toggleAttribute("data-connected", connected());
    if (!link) return;
    const text = lost ? word(link, "lost", { time: clockOf(seen + ahead) }) : word(link, connected() ? "live" : "slow");
    if (link.textContent !== text) link.textContent = text;
  };
  const tick = () => {
    const text = clockOf(Date.now() + ahead);
    if (clock && clock.textContent !== text) clock.textContent = text;
    tell();
  };
  const next = (wait: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), wait);
  };
  const calm = () => (connected() && !main.querySelector("[data-hurry]") ? every : SLOW);

  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      // A link that was revoked: let the server say so. Anything else (a restart, a proxy) passes by.
      if (answer.status === 404) return location.reload();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector<HTMLElement>("[data-behaviour=wall]");
      if (!fresh) return;
      if (releaseOf(page) !== releaseOf(document) || Date.now() - born > DAY) return location.reload();
      takeOver(main, fresh);
      const day = main.querySelector(".wall-day");
      if (day) day.textContent = fresh.querySelector(".wall-day")?.textContent ?? "";
      ahead = Number(fresh.dataset.now) * 1000 - Date.now();
      seen = Date.now();
    } catch {
      // No network, or too slow: what stands stays, and its age is told.
    } finally {
      looking = false;
      tick();
      next(calm());
    }
  };
  const open = () => {
    if (!main.dataset.live || typeof EventSource === "undefined") return;
    stream = new EventSource(main.dataset.live);
    const soon = () => next(SOON);
    stream.addEventListener("fact", soon);
    stream.addEventListener("reload", soon);
    // What happened while it was away is not told again.
    stream.onopen = () => next(0);
    stream.onerror = () => {
      next(SLOW);
      if (stream?.readyState === 2) window.setTimeout(() => main.isConnected && open(), SLOW);
    };
  };
  open();
  next(calm());
  tick();
  const beat = window.setInterval(tick, 1000);
  // A screen that slept (or lost its network) looks at once when it is back.
  const back = () => next(0);
  window.addEventListener("online", back);
  document.addEventListener("visibilitychange", back);
  return () => {
    stream?.close();
    window.clearInterval(beat);
    window.clearTimeout(timer);
    window.removeEventListener("online", back);
    document.removeEventListener("visibilitychange", back);
  };
};
