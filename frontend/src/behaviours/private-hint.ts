/**
 * Says so when what one writes holds a telephone, identity card or bank card number, before it is sent.
 *
 * ```html
 * <form data-behaviour="private-hint" data-text-private="看起来写有电话或证件号码。…">
 *   <textarea name="text"></textarea> <p data-private-hint role="status" hidden></p>
 * </form>
 * ```
 *
 * Looks at text areas and plain text inputs, not at fields that ask for a number (`tel`, autocomplete). It
 * only hints: the server decides by itself what is masked.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

/** Mainland mobile numbers, landlines with an area code, identity cards (GB 11643), bank cards. */
const PRIVATE = [
  /(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/,
  /(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)/,
  /(?<!\d)\d{6}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?![\dXx])/,
  /(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){2,3}[ -]?\d{3,4}(?!\d)/,
];

/** Whether `text` seems to hold such a number. */
export function looksPrivate(text: string): boolean {
  return PRIVATE.some((pattern) => pattern.test(text));
}

export const privateHint: Behaviour<HTMLFormElement> = (form) => {
  const place = form.querySelector<HTMLElement>("[data-private-hint]");
  if (!place) return;
  const look = () => {
    const fields = form.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>(
      "textarea, input[type=text]:not([autocomplete]), input:not([type]):not([autocomplete])",
    );
    const found = Array.from(fields).some((field) => looksPrivate(field.value));
    if (found === !place.hidden) return;
    place.hidden = !found;
    place.textContent = found ? word(form, "private") : "";
  };
  look();
  form.addEventListener("input", look);
  return () => form.removeEventListener("input", look);
};
