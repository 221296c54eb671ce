/** A screen in a hall: one behaviour, nothing to press. */
import { wall } from "../behaviours/wall";
import { mountAll } from "../mount";

mountAll({ wall });
