/** Mounts behaviours on elements that name them in `data-behaviour`, now and when content arrives later. */

/** Starts a behaviour on one element; may return a function that ends it. */
export type Behaviour<E extends HTMLElement = HTMLElement> = (element: E) => (() => void) | void;

type Registry = Record<string, Behaviour<any>>;

const mounted = new WeakMap<Element, Map<string, (() => void) | void>>();

function mount(element: HTMLElement, registry: Registry): void {
  const here = mounted.get(element) ?? new Map<string, (() => void) | void>();
  mounted.set(element, here);
  for (const name of (element.dataset.behaviour ?? "").split(/\s+/)) {
    const start = registry[name];
    if (!start || here.has(name)) continue;
    here.set(name, start(element));
  }
}

function unmount(element: Element): void {
  mounted.get(element)?.forEach((end) => end?.());
  mounted.delete(element);
}

function each(node: Node, visit: (element: HTMLElement) => void): void {
  if (!(node instanceof HTMLElement)) return;
  if (node.dataset.behaviour) visit(node);
  node.querySelectorAll<HTMLElement>("[data-behaviour]").forEach(visit);
}

/** Mounts `registry` on the whole document and on what is added to it; returns a function that ends it. */
export function mountAll(registry: Registry, root: HTMLElement = document.body): () => void {
  document.documentElement.dataset.js = "";
  each(root, (element) => mount(element, registry));
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      change.removedNodes.forEach((node) => {
        if (!node.isConnected) each(node, unmount);
      });
      change.addedNodes.forEach((node) => {
        if (node.isConnected) each(node, (element) => mount(element, registry));
      });
    }
  });
  observer.observe(root, { childList: true, subtree: true });
  return () => observer.disconnect();
}
