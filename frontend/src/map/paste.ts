/** The dialog into which coordinates are pasted: the way to draw without a pointer. */
import { Refused } from "./server";
import type { Shape } from "./types";

export class PasteDialog {
  /** The area that the coordinates are for; null: a new one. */
  target: string | null = null;
  private readonly text: HTMLTextAreaElement;
  private readonly datum: HTMLSelectElement;
  private readonly error: HTMLElement;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly read: (text: string, datum: string) => Promise<void>,
  ) {
    this.text = dialog.querySelector("textarea")!;
    this.datum = dialog.querySelector("select")!;
    this.error = dialog.querySelector<HTMLElement>("[data-paste-error]")!;
    dialog.querySelector("[data-paste-ok]")!.addEventListener("click", () => void this.accept());
  }

  open(shape: Shape | null, target: string | null): void {
    this.target = target;
    this.text.value = shape ? JSON.stringify(shape) : "";
    this.datum.value = "wgs84";
    this.tell("");
    this.dialog.showModal();
    this.text.focus();
  }

  private async accept(): Promise<void> {
    try {
      await this.read(this.text.value, this.datum.value);
      this.dialog.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.tell(error.message);
    }
  }

  private tell(text: string): void {
    this.error.textContent = text;
    this.error.hidden = !text;
  }
}
