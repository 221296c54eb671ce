/**
 * Asks for one position, once, only when the button is pressed. Never follows anybody.
 *
 * ```html
 * <button type="button" data-behaviour="locate" data-text-asking="正在取得位置…"
 *   data-text-found="已取得位置，误差约 {metres} 米" data-text-denied="没有位置权限。可以在下面写出地点。"
 *   data-text-failed="没有取得位置。可以在下面写出地点。">用现在的位置</button>
 * <input type="hidden" name="lat"><input type="hidden" name="lon"><input type="hidden" name="accuracy">
 * <p data-locate-status role="status"></p>
 * ```
 *
 * Fills the inputs of the same form with WGS-84 degrees (6 digits, about 0.1 m) and metres of accuracy,
 * and fires `locate:found` on the form.
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

export const locate: Behaviour<HTMLButtonElement> = (button) => {
  const form = button.closest("form") ?? document.body;
  const status = form.querySelector<HTMLElement>("[data-locate-status]");
  const say = (text: string) => {
    if (status) status.textContent = text;
  };
  const fill = (name: string, value: string) => {
    const input = form.querySelector<HTMLInputElement>(`[name="${name}"]`);
    if (input) input.value = value;
  };
  if (!navigator.geolocation) {
    button.hidden = true;
    return;
  }
  const found = ({ coords }: GeolocationPosition) => {
    button.removeAttribute("aria-busy");
    fill("lat", coords.latitude.toFixed(6));
    fill("lon", coords.longitude.toFixed(6));
    fill("accuracy", String(Math.round(coords.accuracy)));
    say(word(button, "found", { metres: Math.round(coords.accuracy) }));
    form.dispatchEvent(
      new CustomEvent("locate:found", {
        detail: { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy },
      }),
    );
  };
  const failed = (error: GeolocationPositionError) => {
    button.removeAttribute("aria-busy");
    say(word(button, error.code === 1 ? "denied" : "failed"));
  };
  const press = () => {
    button.setAttribute("aria-busy", "true");
    say(word(button, "asking"));
    navigator.geolocation.getCurrentPosition(found, failed, {
      enableHighAccuracy: true,
      timeout: 15_000,
      maximumAge: 0,
    });
  };
  button.addEventListener("click", press);
  return () => button.removeEventListener("click", press);
};
