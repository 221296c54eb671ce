/**
 * Reads a part of the page aloud, sentence by sentence, and marks what is being read.
 *
 * ```html
 * <button type="button" data-behaviour="read-aloud" data-target="#content"
 *   data-text-start="朗读" data-text-stop="停止" aria-pressed="false"><span data-label>朗读</span></button>
 * ```
 *
 * The button goes away where the browser cannot speak. A new press, or leaving the page, stops it.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

const READABLE = "h1, h2, h3, p, li, dt, dd, th, td, label, legend";
const SKIP = "nav, [aria-hidden=true], .visually-hidden, .no-print, script, style, [hidden]";

/** The innermost readable elements, in order, that have something to say. */
export function readable(root: Element): HTMLElement[] {
  return Array.from(root.querySelectorAll<HTMLElement>(READABLE)).filter(
    (element) =>
      !element.closest(SKIP) && !element.querySelector(READABLE) && (element.textContent ?? "").trim() !== "",
  );
}

export const readAloud: Behaviour<HTMLButtonElement> = (button) => {
  const speech = window.speechSynthesis;
  if (!speech || typeof SpeechSynthesisUtterance === "undefined") {
    button.hidden = true;
    return;
  }
  let queue: HTMLElement[] = [];
  let spoken: HTMLElement | undefined;
  const show = (on: boolean) => {
    button.setAttribute("aria-pressed", String(on));
    document.documentElement.toggleAttribute("data-reading", on);
    const label = button.querySelector("[data-label]");
    if (label) label.textContent = word(button, on ? "stop" : "start");
  };
  const stop = () => {
    queue = [];
    spoken?.removeAttribute("data-spoken");
    spoken = undefined;
    speech.cancel();
    show(false);
  };
  const next = () => {
    spoken?.removeAttribute("data-spoken");
    spoken = queue.shift();
    if (!spoken) return stop();
    spoken.setAttribute("data-spoken", "");
    spoken.scrollIntoView?.({ block: "nearest" });
    const said = new SpeechSynthesisUtterance((spoken.textContent ?? "").replace(/\s+/g, " ").trim());
    said.lang = spoken.closest("[lang]")?.getAttribute("lang") === "en" ? "en-US" : "zh-CN";
    said.rate = 0.9;
    const mine = spoken;
    said.onend = () => mine === spoken && next();
    said.onerror = () => mine === spoken && stop();
    speech.speak(said);
  };
  const press = () => {
    if (spoken) return stop();
    const root = document.querySelector(button.dataset.target ?? "main");
    queue = root ? readable(root) : [];
    show(true);
    next();
  };
  button.addEventListener("click", press);
  window.addEventListener("pagehide", stop);
  return () => {
    stop();
    button.removeEventListener("click", press);
    window.removeEventListener("pagehide", stop);
  };
};
