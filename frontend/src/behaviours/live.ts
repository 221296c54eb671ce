/**
 * Keeps a list true while it is looked at: when the server tells that something happened in the reader's
 * places, the list is read again and its rows are put in place, changed ones with a quiet mark.
 *
 * ```html
 * <tbody id="cases" data-behaviour="live" data-live="/desk/live/?kinds=case." data-text-changed="列表有更新：{n} 条">
 *   <tr data-key="0198…" data-version="7">…</tr>
 * </tbody>
 * ```
 *
 * `data-live` is the address of server-sent events (`fact`: `{kind, place, record}`, and `reload`). The list
 * itself comes from `data-url`, or from the page's own address, under the reader's own rights, at most every
 * `data-every` milliseconds (4000), and never while the tab is hidden. Rows are told apart by `data-key`; a
 * row has changed when its `data-version` differs (or, without one, its text). `data-also` names further
 * elements of the page (ids, with spaces between), such as the figures above the list.
 */
import type { Behaviour } from "../mount";
import { toast, word } from "../words";

const EVERY = 4000;

const rows = (list: Element) => Array.from(list.children).filter((row): row is HTMLElement => row instanceof HTMLElement && !!row.dataset.key);
const state = (row: HTMLElement) => row.dataset.version ?? (row.textContent ?? "").replace(/\s+/g, " ");

/** Makes `list` hold the rows of `fresh`; returns how many are new or changed. */
export function reconcile(list: Element, fresh: Element): number {
  const before = new Map(rows(list).map((row) => [row.dataset.key!, row]));
  let changed = 0;
  const wanted = Array.from(fresh.children).map((row) => {
    if (!(row instanceof HTMLElement) || !row.dataset.key) return row;
    const old = before.get(row.dataset.key);
    if (old && state(old) === state(row)) return old;
    changed += 1;
    row.toggleAttribute("data-fresh", true);
    if (old?.hasAttribute("data-current")) row.setAttribute("data-current", "");
    if (old?.hasAttribute("data-picked")) {
      row.setAttribute("data-picked", "");
      const box = row.querySelector<HTMLInputElement>("input[type=checkbox]");
      if (box) box.checked = true;
    }
    return row;
  });
  const focused = document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset.key;
  const same = wanted.length === list.children.length && wanted.every((row, i) => row === list.children[i]);
  if (!same) {
    list.replaceChildren(...wanted);
    const row = focused && rows(list).find((candidate) => candidate.dataset.key === focused);
    if (row) row.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  }
  return changed;
}

/** Puts what `page` has in the elements named by `ids` into the same elements here: figures beside a list. */
export function carry(ids: string, page: Document): void {
  for (const id of ids.split(" ").filter(Boolean)) {
    const here = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (here && fresh && here.innerHTML !== fresh.innerHTML) here.replaceChildren(...fresh.childNodes);
  }
}

export const live: Behaviour = (list) => {
  const source = list.dataset.live;
  if (!source || typeof EventSource === "undefined") return;
  const every = Number(list.dataset.every ?? EVERY);
  let stream: EventSource | undefined;
  let timer = 0;
  let last = 0;
  let stale = false;

  const refresh = async () => {
    timer = 0;
    if (document.hidden) return;
    stale = false;
    last = Date.now();
    const answer = await fetch(list.dataset.url ?? location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(list.id);
    if (!fresh || !list.isConnected) return;
    const count = reconcile(list, fresh);
    carry(list.dataset.also ?? "", page);
    list.hidden = fresh.hidden;
    const empty = list.nextElementSibling;
    if (empty?.classList.contains("empty")) empty.toggleAttribute("hidden", rows(list).length > 0);
    if (count) toast(word(list, "changed", { n: count }));
  };
  const soon = () => {
    stale = true;
    if (timer || document.hidden) return;
    timer = window.setTimeout(() => void refresh(), Math.max(300, last + every - Date.now()));
  };
  const open = () => {
    stream = new EventSource(source);
    stream.addEventListener("fact", soon);
    stream.addEventListener("reload", soon);
    stream.onopen = () => {
      list.dataset.connected = "";
      if (stale) soon();
    };
    stream.onerror = () => {
      delete list.dataset.connected;
      // What happens until the connection is back is not told again, so the list has to be read.
      stale = true;
      if (stream?.readyState === EventSource.CLOSED) window.setTimeout(() => list.isConnected && open(), 10_000);
    };
  };
  const shown = () => {
    if (!document.hidden && stale) soon();
  };
  open();
  document.addEventListener("visibilitychange", shown);
  return () => {
    stream?.close();
    window.clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
};
