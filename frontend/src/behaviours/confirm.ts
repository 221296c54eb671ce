/**
 * Asks in a dialog before a form is sent, saying what will happen. On a button: before that button sends its form.
 *
 * ```html
 * <form method="post" data-behaviour="confirm" data-text-confirm="合并后两件事项一起办理。"
 *   data-text-yes="合并" data-text-no="取消">…</form>
 * <button name="do" value="discard" data-behaviour="confirm" data-text-confirm="作废以后不能恢复。">作废</button>
 * ```
 */
import type { Behaviour } from "../mount";
import { word } from "../words";

function ask(element: HTMLElement): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const body = document.createElement("div");
  body.className = "dialog-body";
  const text = document.createElement("p");
  text.id = "confirm-text";
  text.textContent = word(element, "confirm");
  dialog.setAttribute("aria-labelledby", text.id);
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  const no = document.createElement("button");
  no.className = "button";
  no.textContent = word(element, "no");
  const yes = document.createElement("button");
  yes.className = "button button-primary";
  yes.textContent = word(element, "yes");
  actions.append(no, yes);
  body.append(text, actions);
  dialog.append(body);
  document.body.append(dialog);
  return new Promise((answer) => {
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "yes");
      dialog.remove();
    });
    dialog.showModal();
    no.focus();
  });
}

export const confirm: Behaviour<HTMLFormElement | HTMLButtonElement> = (element) => {
  // A button hears nothing of its form being sent.
  const form = element.tagName === "BUTTON" ? (element as HTMLButtonElement).form : (element as HTMLFormElement);
  if (!form) return;
  let agreed = false;
  const submit = (event: SubmitEvent) => {
    if (element !== form && event.submitter !== element) return;
    if (agreed) {
      agreed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    void ask(element).then((yes) => {
      if (!yes) return;
      agreed = true;
      form.requestSubmit(submitter instanceof HTMLElement ? submitter : undefined);
    });
  };
  form.addEventListener("submit", submit, { capture: true });
  return () => form.removeEventListener("submit", submit, { capture: true });
};
