/** The portal's pages: what every face has, and nothing more. */
import { common } from "../common";
import { mountAll } from "../mount";

mountAll(common);
