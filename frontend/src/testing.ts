/** The document of the behaviours' tests: happy-dom as globals, and a body to start from. */
import { Window } from "happy-dom";

const NAMES = [
  "document", "navigator", "location", "HTMLElement", "HTMLInputElement", "HTMLSelectElement", "HTMLDialogElement",
  "HTMLButtonElement", "HTMLMetaElement", "MouseEvent", "Element", "Node", "Event", "CustomEvent", "KeyboardEvent", "SubmitEvent",
  "MutationObserver", "DOMParser", "FormData", "File", "Blob", "localStorage", "sessionStorage", "getComputedStyle", "CSS",
] as const; // prettier-ignore

export const window = new Window({ url: "http://zhijin.test/desk/" });

const globals = globalThis as Record<string, unknown>;
const define = (name: string, value: unknown) =>
  Object.defineProperty(globals, name, { value, configurable: true, writable: true });
define("window", window);
for (const name of NAMES) define(name, (window as unknown as Record<string, unknown>)[name]);

/** Makes `html` the body, and gives its first element. */
export function page<E extends HTMLElement = HTMLElement>(html: string): E {
  document.documentElement.removeAttribute("data-elder");
  document.body.innerHTML = html;
  for (const attribute of [...document.body.attributes]) document.body.removeAttribute(attribute.name);
  return document.body.firstElementChild as E;
}

/** Puts something in place of a global for one test. */
export function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

export const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** A key press on `target`; tells whether a behaviour took it. */
export function press(key: string, target: EventTarget = document.body, more: object = {}): boolean {
  return !target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}
