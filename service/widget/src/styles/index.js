import { base } from "./base.js";
import { cardStyles } from "./cards.js";
import { layout } from "./layout.js";
import { pathStyles } from "./path.js";
import { roleStyles } from "./role.js";
import { stateStyles } from "./states.js";

export const styles = [base, layout, roleStyles, cardStyles, pathStyles, stateStyles];
