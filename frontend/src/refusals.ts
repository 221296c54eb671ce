/** What htmx sends carries the CSRF token; what the server refuses is told in a toast, never swapped in. */
import { toast } from "./words";

/** The sentence and the help of a refusal page (`ui/error.html`), or "" when it is something else. */
export function sentence(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html").querySelector(".error-page");
  return Array.from(page?.querySelectorAll("h1, h1 + p") ?? [], (part) => part.textContent ?? "").join(" ");
}

/** Listens to htmx's events on `root`. Error statuses are in the `noSwap` of the page's htmx-config. */
export function refusals(root: Document): void {
  const failed = () => toast(document.body.getAttribute("data-text-failed") ?? "");
  root.addEventListener("htmx:config:request", (event) => {
    const { ctx } = (event as CustomEvent).detail;
    const token = root.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    if (token && ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = token;
  });
  root.addEventListener("htmx:response:error", (event) => {
    const text = sentence((event as CustomEvent).detail.ctx.text ?? "");
    if (text) toast(text, 10_000);
    else failed();
  });
  root.addEventListener("htmx:error", failed);
}
