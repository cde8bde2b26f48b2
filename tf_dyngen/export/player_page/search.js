/** The search of patches at one size: what each place of a grid shows next. */
class PatchSearch {
  /** settings: {continuity, coherence, comparedStep, smallestCost, peak}; number: of the grid. */
  constructor(settings, memory, number, painter) {
    Object.assign(this, { settings, memory, painter });
    this.grid = memory.grids[number];
    this.bank = memory.banks[number];
    this.offsets = this.grid.offsets(settings.comparedStep);
    this.candidates = Sources.ofLength(2 * NUM_OFFERED);
    // Of each candidate: how many show the same piece, counted at the first of them.
    this.numSame = new Int32Array(2 * NUM_OFFERED);
    const size = this.offsets.length * memory.channels;
    this.beforePatch = new Float32Array(size);
    this.wantedPatch = new Float32Array(size);
    this.lowStep = this.grid.stride / memory.lowGrid.stride;
  }

  /**
   * Returns the sources found.
   *
   * start: sources to begin with; continued: those of the pieces that go on; shown: those of the
   * last frame, which is `before`; lowFrames: three that guide the search; null where `start` does.
   */
  run(start, continued, shown, before, lowFrames) {
    const current = this.sweep(start, continued, shown, before, lowFrames);
    return this.sweep(current, continued, shown, before, null);
  }

  /** Returns the best of what is offered by `current`, and of what goes on, at each place. */
  sweep(current, continued, shown, before, lowFrames) {
    const { grid, candidates } = this;
    const painted = lowFrames ? null : this.painter.paint(current);
    const found = Sources.ofLength(grid.numPlaces);
    for (let place = 0; place < grid.numPlaces; place++) {
      grid.offer(current, place, candidates, 0);
      grid.offer(continued, place, candidates, NUM_OFFERED);
      let best = 0;
      if (!this.countSame()) {
        this.take(before, place, this.beforePatch);
        if (painted) {
          this.take(painted, place, this.wantedPatch);
        }
        best = this.cheapest(place, this.standing(shown.time[place]), lowFrames);
      }
      found.time[place] = candidates.time[best];
      found.top[place] = candidates.top[best];
      found.left[place] = candidates.left[best];
    }
    return found;
  }

  /** Counts the candidates that show the same piece; returns whether all do. */
  countSame() {
    const { numSame } = this;
    const { time, top, left } = this.candidates;
    numSame.fill(0);
    for (let i = 0; i < numSame.length; i++) {
      let k = 0;
      while (time[k] !== time[i] || top[k] !== top[i] || left[k] !== left[i]) {
        k++;
      }
      numSame[k] += 1;
    }
    return numSame[0] === numSame.length;
  }

  /** Returns the time at which a place would stand still where its clip ends, or null. */
  standing(time) {
    const last = frameOf(time);
    return this.memory.goesOn(last) ? null : last;
  }

  /** Returns the candidate of least cost, each nearer the more others show the same piece. */
  cheapest(place, standing, lowFrames) {
    const { numSame, settings } = this;
    let best = 0;
    let least = Infinity;
    for (let i = 0; i < numSame.length; i++) {
      if (!numSame[i]) {
        continue;
      }
      const cost = this.cost(i, place, standing, lowFrames);
      const nearer = Math.fround(1 + Math.fround(settings.coherence * (numSame[i] - 1)));
      const fit = Math.fround(Math.fround(cost + settings.smallestCost) / nearer);
      if (fit < least) {
        best = i;
        least = fit;
      }
    }
    return best;
  }

  /** Returns what a candidate costs at a place, in squared levels. */
  cost(number, place, standing, lowFrames) {
    const { memory, settings } = this;
    const time = this.candidates.time[number];
    const frame = frameOf(time);
    const fit = lowFrames
      ? this.lowDistance(number, place, lowFrames)
      : this.distance(frame, number, this.wantedPatch);
    const jump = Math.fround(this.distance(memory.before[frame], number, this.beforePatch));
    const stands = time === standing ? settings.peak ** 2 : 0;
    const unsteadiness = Math.fround(Math.fround(settings.continuity * jump) + stands);
    return Math.fround(Math.fround(fit) + unsteadiness);
  }

  /** Returns the mean squared difference of a candidate, at a time, from a patch. */
  distance(frame, number, patch) {
    const { bank, grid, offsets, candidates } = this;
    const { channels } = this.memory;
    const row = frame * grid.height + candidates.top[number];
    const first = row * grid.width + candidates.left[number];
    let total = 0;
    for (let i = 0, k = 0; i < offsets.length; i++) {
      const from = (first + offsets[i]) * channels;
      for (let channel = 0; channel < channels; channel++, k++) {
        const apart = bank[from + channel] - patch[k];
        total += apart * apart;
      }
    }
    return total / patch.length;
  }

  /** Returns how far a candidate is from three low frames, in squared levels. */
  lowDistance(number, place, lowFrames) {
    const { memory, lowStep, candidates } = this;
    const { lowGrid, lowOffsets, channels } = memory;
    const row = Math.floor(candidates.top[number] / lowStep);
    const first = row * lowGrid.width + Math.floor(candidates.left[number] / lowStep);
    const own = lowGrid.tops[place] * lowGrid.width + lowGrid.lefts[place];
    const frame = frameOf(candidates.time[number]);
    const size = lowGrid.height * lowGrid.width;
    let sum = 0;
    for (let i = 0; i < lowFrames.length; i++) {
      const moment = i === 0 ? memory.before[frame] : i === 1 ? frame : memory.after[frame];
      let total = 0;
      for (let k = 0; k < lowOffsets.length; k++) {
        const from = (moment * size + first + lowOffsets[k]) * channels;
        const to = (own + lowOffsets[k]) * channels;
        for (let channel = 0; channel < channels; channel++) {
          const apart = memory.low[from + channel] - lowFrames[i][to + channel];
          total += apart * apart;
        }
      }
      sum = Math.fround(sum + Math.fround(total / (lowOffsets.length * channels)));
    }
    return sum * (this.settings.peak ** 2 / 3);
  }

  /** Copies the pixels that a frame shows at a place, every so many, into a patch. */
  take(frame, place, patch) {
    const { grid, offsets } = this;
    const { channels } = this.memory;
    const first = grid.tops[place] * grid.width + grid.lefts[place];
    for (let i = 0, k = 0; i < offsets.length; i++) {
      for (let channel = 0; channel < channels; channel++, k++) {
        patch[k] = frame[(first + offsets[i]) * channels + channel];
      }
    }
  }
}
