/**
 * A form is sent once, however often its button is pressed; the same key never makes two records.
 *
 * ```html
 * <form method="post" data-behaviour="once" data-text-busy="正在提交…">
 *   <input type="hidden" name="idempotency_key" value="(UUID v7 from the server)">
 *   <button class="button button-primary">提交</button>
 * </form>
 * ```
 *
 * While it is being sent, buttons are busy and further submissions are dropped. Coming back to the page
 * from the browser's memory after a submission makes a new key: what is sent then is a new matter.
 */
import type { Behaviour } from "../mount";
import { uuid7 } from "../uuid";
import { word } from "../words";

export const once: Behaviour<HTMLFormElement> = (form) => {
  let sent = false;
  const key = form.querySelector<HTMLInputElement>('input[name="idempotency_key"]');
  if (key && !key.value) key.value = uuid7();

  const buttons = () => Array.from(form.querySelectorAll<HTMLButtonElement>("button:not([type=button])"));
  const release = () => {
    sent = false;
    buttons().forEach((button) => button.removeAttribute("aria-busy"));
  };
  const submit = (event: SubmitEvent) => {
    if (sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (event.defaultPrevented) return;
    sent = true;
    const pressed = (event.submitter as HTMLButtonElement | null) ?? buttons()[0];
    pressed?.setAttribute("aria-busy", "true");
    const status = form.querySelector("[data-once-status]");
    if (status) status.textContent = word(form, "busy");
  };
  const shown = (event: PageTransitionEvent) => {
    if (!event.persisted || !sent) return;
    if (key) key.value = uuid7();
    release();
  };
  form.addEventListener("submit", submit);
  form.addEventListener("htmx:finally:request", release);
  window.addEventListener("pageshow", shown);
  return () => {
    form.removeEventListener("submit", submit);
    form.removeEventListener("htmx:finally:request", release);
    window.removeEventListener("pageshow", shown);
  };
};
