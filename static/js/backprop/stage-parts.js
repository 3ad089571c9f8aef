/** What the pictures of the stages are made of: ten bars, or a coloured grid. Each calls `tell(text)` about the value pointed at. */

import { Bars } from "../ui/bars.js";
import { element } from "../ui/dom.js";
import { GridPicture } from "../network/grid-picture.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach, slate } from "../ui/palette.js";
import { theme } from "../ui/theme.js";

const digits = (...children) => element("ol", { class: "bars-list" }, ...children);

export class BarsPicture {
  constructor(options, tell) {
    const list = digits();
    this.bars = new Bars(list, { ...options, onInspect: (digit) => tell(digit === null ? this.rest : this.read(digit)) });
    this.node = list;
  }
}

/** A coloured grid with its legend. */
export class Grid {
  /** `kind`: "diverging", or "slate" for values of which none is below 0. */
  constructor({ label, meaning, kind = "diverging", ...shape }, tell) {
    const canvas = element("canvas");
    this.picture = new GridPicture(canvas, { label, ...shape });
    this.legend = new Legend(kind, meaning);
    this.node = element("div", { class: "stage-grid" }, canvas, this.legend.node);
    this.picture.addEventListener("inspect", ({ detail }) => tell(detail === null ? this.rest : (this.read(detail) ?? this.rest)));
  }

  colour(values, count = values.length) {
    const most = reach(values);
    const paint = this.legend.kind === "slate" ? slate : (share) => diverging(share, theme());
    this.legend.show(most);
    this.picture.show((index) => (index < count ? paint(values[index] / most) : null));
  }
}
