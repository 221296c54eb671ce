/**
 * Submits a form of filters when a choice changes; its button stays for those without scripts. Who chose by the
 * keyboard stands at the same choice on the page that follows.
 *
 * ```html
 * <form class="filters" data-behaviour="auto-submit"><select name="state">…</select>
 *   <button class="button">筛选</button></form>
 * ```
 */
import type { Behaviour } from "../mount";

const PLACE = "chosen";

/** The page and the field; storage may be closed, then the focus begins at the top. */
function keep(name: string): void {
  try {
    sessionStorage.setItem(PLACE, `${location.pathname} ${name}`);
  } catch {
    // Nothing is kept.
  }
}

function kept(): string {
  try {
    const found = sessionStorage.getItem(PLACE) ?? "";
    sessionStorage.removeItem(PLACE);
    return found;
  } catch {
    return "";
  }
}

export const autoSubmit: Behaviour<HTMLFormElement> = (form) => {
  const [page, name] = kept().split(" ");
  if (name && page === location.pathname) {
    form.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
  }
  const changed = (event: Event) => {
    const field = event.target as HTMLInputElement | HTMLSelectElement;
    if (field instanceof HTMLSelectElement || ["checkbox", "radio"].includes(field.type)) {
      keep(field.name);
      form.requestSubmit();
    }
  };
  form.addEventListener("change", changed);
  return () => form.removeEventListener("change", changed);
};
