/**
 * While one describes a matter, shows what has been reported nearby already.
 *
 * ```html
 * <form data-behaviour="duplicate-hint" data-url="/report/similar/" data-fields="text lat lon place kind">
 *   … <div data-hints aria-live="polite"></div>
 * </form>
 * ```
 *
 * Asks the address with the named fields, 600 ms after the last change and only when they changed, and puts
 * the HTML of its answer (status 200) into `data-hints`. A slow answer never overwrites a newer one.
 */
import type { Behaviour } from "../mount";

const QUIET = 600;

export const duplicateHint: Behaviour<HTMLFormElement> = (form) => {
  const hints = form.querySelector<HTMLElement>("[data-hints]");
  const url = form.dataset.url;
  if (!hints || !url) return;
  const fields = (form.dataset.fields ?? "text").split(/\s+/);
  let timer = 0;
  let asked = "";
  let running: AbortController | undefined;

  const ask = async () => {
    const data = new FormData(form);
    const query = new URLSearchParams();
    for (const name of fields) {
      const value = data.get(name);
      if (typeof value === "string" && value.trim()) query.set(name, value.trim());
    }
    const wanted = query.toString();
    if (!wanted || wanted === asked) return;
    asked = wanted;
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`${url}?${wanted}`, { signal: running.signal, headers: { "X-Fragment": "1" } });
      if (wanted === asked) hints.innerHTML = answer.status === 200 ? await answer.text() : "";
    } catch {
      // Without a network the hint is simply absent; the report itself is not held up.
    }
  };
  const changed = (event: Event) => {
    const name = (event.target as HTMLInputElement | null)?.name;
    if (event.type === "input" && name && !fields.includes(name)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), QUIET);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("locate:found", changed);
  return () => {
    window.clearTimeout(timer);
    running?.abort();
    form.removeEventListener("input", changed);
    form.removeEventListener("change", changed);
    form.removeEventListener("locate:found", changed);
  };
};
