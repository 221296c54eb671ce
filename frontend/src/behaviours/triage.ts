/**
 * A list worked through by keys: j k move, o or Enter opens, x picks, `/` searches, Escape lets go, `?` helps.
 *
 * ```html
 * <section data-behaviour="triage" data-rows="tbody tr">
 *   <tr data-key="…"><td><input type="checkbox" name="pick" value="…"></td>
 *     <td><a href="…">…</a></td><td><button data-hotkey="a">受理</button></td></tr>
 *   <button data-hotkey="m">合并选中的</button>
 * </section>
 * {% triage_help %}
 * ```
 *
 * Any other key presses the element whose `data-hotkey` it is, first in the current row, then on the page.
 * Keys rest while one types, with Ctrl, Alt or Meta held, while a dialog is open, and when the reader has
 * switched them off in the help (WCAG 2.1.4); `localStorage["keys"]` remembers that.
 */
import type { Behaviour } from "../mount";
import { typing } from "../words";

const OFF = "off";

function remembered(): boolean {
  try {
    return localStorage.getItem("keys") !== OFF;
  } catch {
    return true;
  }
}

export const triage: Behaviour = (box) => {
  const selector = box.dataset.rows ?? "[data-key]";
  const help = document.querySelector<HTMLDialogElement>("dialog[data-triage-help]");
  const toggle = help?.querySelector<HTMLInputElement>("input[type=checkbox]");
  let enabled = remembered();
  if (toggle) toggle.checked = enabled;

  const all = () => Array.from(box.querySelectorAll<HTMLElement>(selector)).filter((row) => row.dataset.key);
  const current = () => all().find((row) => row.hasAttribute("data-current"));
  const go = (row: HTMLElement | undefined) => {
    if (!row) return;
    all().forEach((other) => other.toggleAttribute("data-current", other === row));
    row.querySelector<HTMLElement>("a[href]")?.focus({ preventScroll: true });
    row.scrollIntoView?.({ block: "nearest" });
    box.dispatchEvent(new CustomEvent("triage:move", { bubbles: true, detail: { row } }));
  };
  const move = (step: number) => {
    const list = all();
    const here = list.findIndex((row) => row.hasAttribute("data-current"));
    go(list[here < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, here + step))]);
  };
  const pick = (row: HTMLElement | undefined) => {
    const tick = row?.querySelector<HTMLInputElement>("input[type=checkbox]");
    if (!tick) return;
    tick.checked = !tick.checked;
    tick.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const press = (key: string): boolean => {
    const match = `[data-hotkey="${CSS.escape(key)}"]`;
    const target =
      current()?.querySelector<HTMLElement>(match) ??
      Array.from(document.querySelectorAll<HTMLElement>(match)).find((element) => !element.closest(selector));
    if (!target || (target as HTMLButtonElement).disabled) return false;
    target.click();
    return true;
  };
  const act = (key: string, row: HTMLElement | undefined): boolean => {
    switch (key) {
      case "j":
        move(1);
        return true;
      case "k":
        move(-1);
        return true;
      case "o":
        row?.querySelector<HTMLElement>("a[href]")?.click();
        return !!row;
      case "x":
        pick(row);
        return !!row;
      case "/": {
        const search = document.querySelector<HTMLElement>("input[type=search]");
        search?.focus();
        return !!search;
      }
      case "Escape":
        row?.removeAttribute("data-current");
        return false;
      default:
        return key.length === 1 && press(key);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      help?.showModal();
      event.preventDefault();
    } else if (enabled && act(event.key, current())) {
      event.preventDefault();
    }
  };
  const picked = (event: Event) => {
    const tick = event.target as HTMLInputElement;
    if (tick.type === "checkbox") tick.closest<HTMLElement>(selector)?.toggleAttribute("data-picked", tick.checked);
  };
  const switched = () => {
    enabled = toggle!.checked;
    try {
      localStorage.setItem("keys", enabled ? "on" : OFF);
    } catch {
      // Storage may be closed; the switch then holds for this page.
    }
  };
  document.addEventListener("keydown", onKey);
  box.addEventListener("change", picked);
  toggle?.addEventListener("change", switched);
  return () => {
    document.removeEventListener("keydown", onKey);
    box.removeEventListener("change", picked);
    toggle?.removeEventListener("change", switched);
  };
};
