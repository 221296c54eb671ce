/**
 * Tells whether there is a network.
 *
 * ```html
 * <span class="sync" data-behaviour="online" data-text-online="已连接" data-text-offline="没有网络">
 *   <span data-online-text></span></span>
 * ```
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

export const online: Behaviour = (place) => {
  const tell = () => {
    const state = navigator.onLine ? "online" : "offline";
    place.dataset.state = state;
    const text = place.querySelector("[data-online-text]");
    if (text) text.textContent = word(place, state);
  };
  tell();
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
};
