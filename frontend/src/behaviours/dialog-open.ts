/**
 * Opens a native dialog; its close buttons and a press on the backdrop close it, focus comes back by itself.
 *
 * ```html
 * <button type="button" data-behaviour="dialog-open" data-dialog="return">退回</button>
 * <dialog class="dialog" id="return">… <button type="button" data-close>取消</button></dialog>
 * ```
 */
import type { Behaviour } from "../mount";

export const dialogOpen: Behaviour<HTMLButtonElement> = (button) => {
  const press = () => {
    const dialog = document.getElementById(button.dataset.dialog ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    dialog.querySelectorAll<HTMLElement>("[data-close]").forEach((close) => {
      close.onclick = () => dialog.close();
    });
    dialog.onclick = (event) => {
      if (event.target === dialog) dialog.close();
    };
    dialog.showModal();
  };
  button.addEventListener("click", press);
  return () => button.removeEventListener("click", press);
};
