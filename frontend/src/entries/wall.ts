/** A screen in a hall: what happens by itself, and the pages of a course. */
import { slides } from "../behaviours/slides";
import { wall } from "../behaviours/wall";
import { mountAll } from "../mount";

mountAll({ slides, wall });
