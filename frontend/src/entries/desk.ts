/** The desk's pages: keys, live lists, and htmx for partial updates. */
import htmx from "htmx.org";

import { circle } from "../behaviours/circle";
import { live } from "../behaviours/live";
import { record } from "../behaviours/record";
import { triage } from "../behaviours/triage";
import { common } from "../common";
import { mountAll } from "../mount";
import { refusals } from "../refusals";

mountAll({ ...common, circle, live, record, triage });

refusals(document);

export { htmx };
