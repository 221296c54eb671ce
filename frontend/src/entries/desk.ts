/** The desk's pages: keys, live lists, and htmx for partial updates. */
import htmx from "htmx.org";

import { live } from "../behaviours/live";
import { triage } from "../behaviours/triage";
import { common } from "../common";
import { mountAll } from "../mount";
import { refusals } from "../refusals";

mountAll({ ...common, live, triage });

refusals(document);

export { htmx };
