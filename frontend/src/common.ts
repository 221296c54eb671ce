/** The behaviours that every face has. Nothing here may need a framework: the portal's first load stays small. */
import { autoSubmit } from "./behaviours/auto-submit";
import { autosize } from "./behaviours/autosize";
import { charCount } from "./behaviours/char-count";
import { confirm } from "./behaviours/confirm";
import { copy } from "./behaviours/copy";
import { countdown } from "./behaviours/countdown";
import { dialogOpen } from "./behaviours/dialog-open";
import { duplicateHint } from "./behaviours/duplicate-hint";
import { elderMode } from "./behaviours/elder-mode";
import { locate } from "./behaviours/locate";
import { menu } from "./behaviours/menu";
import { once } from "./behaviours/once";
import { online } from "./behaviours/online";
import { photoPicker } from "./behaviours/photo-picker";
import { privateHint } from "./behaviours/private-hint";
import { readAloud } from "./behaviours/read-aloud";
import type { Behaviour } from "./mount";

export const common: Record<string, Behaviour<any>> = {
  "auto-submit": autoSubmit,
  autosize,
  "char-count": charCount,
  confirm,
  copy,
  countdown,
  "dialog-open": dialogOpen,
  "duplicate-hint": duplicateHint,
  "elder-mode": elderMode,
  locate,
  menu,
  once,
  online,
  "photo-picker": photoPicker,
  "private-hint": privateHint,
  "read-aloud": readAloud,
};
