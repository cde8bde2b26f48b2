const NUM_OFFERED = 5;

/** Where patches come from; time, top, left: one number of each a place. */
class Sources {
  constructor(time, top, left) {
    this.time = time;
    this.top = top;
    this.left = left;
  }

  static ofLength(length) {
    return new Sources(new Int32Array(length), new Int32Array(length), new Int32Array(length));
  }
}

/** Returns the frame of the memory that a time of sources shows. */
function frameOf(time) {
  return time < 0 ? -1 - time : time;
}

function clip(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

/** Places of patches in frames of one size. */
class Grid {
  constructor({ height, width, patch, stride, factor }) {
    Object.assign(this, { height, width, patch, stride, factor });
    this.rows = Math.floor((height - patch) / stride) + 1;
    this.columns = Math.floor((width - patch) / stride) + 1;
    this.numPlaces = this.rows * this.columns;
    this.lastTop = height - patch;
    this.lastLeft = width - patch;
    const places = Array.from({ length: this.numPlaces }, (_, place) => place);
    this.tops = Int32Array.from(places, (place) => Math.floor(place / this.columns) * stride);
    this.lefts = Int32Array.from(places, (place) => (place % this.columns) * stride);
    // Of each place: itself, and those above, below, left and right; at the border itself again.
    this.neighbours = Int32Array.from(
      places.flatMap((place) => {
        const row = Math.floor(place / this.columns);
        const column = place % this.columns;
        return [
          place,
          row > 0 ? place - this.columns : place,
          row < this.rows - 1 ? place + this.columns : place,
          column > 0 ? place - 1 : place,
          column < this.columns - 1 ? place + 1 : place,
        ];
      }),
    );
  }

  /** Returns where the pixels of a patch lie from its first, every `step`, in a flat frame. */
  offsets(step) {
    const inner = Array.from({ length: Math.ceil(this.patch / step) }, (_, i) => i * step);
    return Int32Array.from(inner.flatMap((row) => inner.map((column) => row * this.width + column)));
  }

  /** Returns sources at which every place shows itself, at one time. */
  ownPlaces(time) {
    return new Sources(new Int32Array(this.numPlaces).fill(time), this.tops, this.lefts);
  }

  /** Writes what a place would show if its neighbours' pieces went on to it, from `slot` on. */
  offer(sources, place, candidates, slot) {
    for (let i = 0; i < NUM_OFFERED; i++) {
      const near = this.neighbours[NUM_OFFERED * place + i];
      const top = sources.top[near] + this.tops[place] - this.tops[near];
      const left = sources.left[near] + this.lefts[place] - this.lefts[near];
      candidates.time[slot + i] = sources.time[near];
      candidates.top[slot + i] = clip(top, 0, this.lastTop);
      candidates.left[slot + i] = clip(left, 0, this.lastLeft);
    }
  }
}

/** Returns the place of a coarser axis whose centre is nearest, of each place of the finer one. */
function nearestOnAxis(number, fine, numCoarse, coarse) {
  return Array.from({ length: number }, (_, i) => {
    const centre = (i * fine.stride + fine.patch / 2) / 2;
    const apart = Array.from({ length: numCoarse }, (_, k) =>
      Math.abs(centre - (k * coarse.stride + coarse.patch / 2)),
    );
    return apart.indexOf(Math.min(...apart));
  });
}

/** Returns the sources in frames twice as large of those of a coarser grid. */
function doubled(coarse, fine, sources) {
  const rows = nearestOnAxis(fine.rows, fine, coarse.rows, coarse);
  const columns = nearestOnAxis(fine.columns, fine, coarse.columns, coarse);
  const found = Sources.ofLength(fine.numPlaces);
  for (let place = 0; place < fine.numPlaces; place++) {
    const row = rows[Math.floor(place / fine.columns)];
    const near = row * coarse.columns + columns[place % fine.columns];
    const down = 2 * (sources.top[near] - coarse.tops[near]);
    const right = 2 * (sources.left[near] - coarse.lefts[near]);
    found.time[place] = sources.time[near];
    found.top[place] = clip(fine.tops[place] + down, 0, fine.lastTop);
    found.left[place] = clip(fine.lefts[place] + right, 0, fine.lastLeft);
  }
  return found;
}
