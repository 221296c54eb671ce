/** The field's pages: as the portal's, and lists that stay fresh while one looks. */
import { live } from "../behaviours/live";
import { common } from "../common";
import { mountAll } from "../mount";

mountAll({ ...common, live });
