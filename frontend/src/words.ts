/** The words a behaviour shows: they stand in `data-text-…` attributes, translated with the page. */

/** The text `data-text-<name>` of an element, or of the body for words that a page has once; `{key}` filled in. */
export function word(element: HTMLElement, name: string, values: Record<string, unknown> = {}): string {
  const attribute = `data-text-${name}`;
  const text = element.getAttribute(attribute) ?? document.body.getAttribute(attribute) ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => (key in values ? String(values[key]) : whole));
}

/** Says something in the page's live region and shows it for a while. */
export function toast(text: string, milliseconds = 5000): void {
  const region = document.querySelector("[data-toasts]");
  if (!region || !text) return;
  const line = document.createElement("div");
  line.className = "toast";
  line.textContent = text;
  region.append(line);
  setTimeout(() => line.remove(), milliseconds);
}

/** Whether a key press belongs to a field in which one types. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit)$/.test(target.type))
  );
}
