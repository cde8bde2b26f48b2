/**
 * The attention model: a state moves on by noise, and shows a frame.
 *
 * A state is {moments: [K], low: three low frames, sources: of each grid, fading: of the finest
 * grid, what was shown 1, 2, ... frames ago, painted: its frames at each grid's size}.
 */
class Generator {
  /** description, arrays: as of `Memory`. */
  constructor(description, arrays) {
    this.description = description;
    this.memory = new Memory(description, arrays);
    const { banks, channels, grids } = this.memory;
    this.transition = new MomentTransition(description, arrays, this.memory);
    this.painters = grids.map((grid, number) => new Painter(grid, banks[number], channels));
    this.searches = this.painters.map(
      (painter, number) => new PatchSearch(description.search, this.memory, number, painter),
    );
    this.noiseSize = description.numParts * description.numFrames;
  }

  /** Returns the state from which a frame of the memory follows. */
  stateBefore(moment) {
    const { memory, description } = this;
    const before = memory.before[moment];
    const time = before === moment ? -1 - moment : before;
    const last = memory.lowFrame(before);
    const sources = memory.grids.map((grid) => grid.ownPlaces(time));
    const state = {
      moments: new Int32Array(description.numParts).fill(moment),
      low: [last, last, memory.lowFrame(moment)],
      sources,
      fading: Array.from({ length: description.fade - 1 }, () => sources[sources.length - 1]),
    };
    return { ...state, painted: this.paint(state) };
  }

  /** Returns a first state that random numbers choose. */
  firstState(random) {
    const moments = Array.from({ length: this.memory.numFrames }, (_, moment) => moment);
    const usable = moments.filter((moment) => this.memory.goesOn(moment));
    return this.stateBefore(usable[Math.floor(random.uniform() * usable.length)]);
  }

  /** Returns noise [K, M] of a frame; scale: 1 as learned, 0 none. */
  drawNoise(random, scale) {
    return new Float32Array(this.noiseSize).map(() => scale * random.normal());
  }

  /** Returns the next state. */
  advance(state, noise) {
    const { memory } = this;
    const { low, moments } = this.transition.next(state.low[2], state.moments, noise);
    const lowFrames = [state.low[1], state.low[2], low];
    const sources = [];
    memory.grids.forEach((grid, number) => {
      const shown = state.sources[number];
      const start = number
        ? doubled(memory.grids[number - 1], grid, sources[number - 1])
        : new Sources(memory.nearest(lowFrames, shown.time), grid.tops, grid.lefts);
      const guides = number ? null : lowFrames;
      const before = state.painted[number];
      sources.push(this.searches[number].run(start, this.goneOn(shown), shown, before, guides));
    });
    const newest = state.sources[sources.length - 1];
    const fading = [newest, ...state.fading].slice(0, state.fading.length);
    const next = { moments, low: lowFrames, sources, fading: fading.map((each) => this.goneOn(each)) };
    return { ...next, painted: this.paint(next) };
  }

  /** Returns the same pieces of the clip, one frame later. */
  goneOn(sources) {
    const { after } = this.memory;
    const time = sources.time.map((each) => (each < 0 ? frameOf(each) : after[each]));
    return new Sources(time, sources.top, sources.left);
  }

  /** Returns a state's frames in levels, coarse to fine; the finest are the mean with what fades. */
  paint(state) {
    const painted = this.painters.map((painter, number) => painter.paint(state.sources[number]));
    const finest = painted[painted.length - 1];
    for (const sources of state.fading) {
      const faded = this.painters[painted.length - 1].paint(sources);
      for (let i = 0; i < finest.length; i++) {
        finest[i] += faded[i];
      }
    }
    for (let i = 0; i < finest.length; i++) {
      finest[i] /= this.description.fade;
    }
    return painted;
  }

  /** Returns the pixels of a state's frame, RGBA. */
  pixels(state) {
    const { height, width, channels, peak } = this.description;
    const half = peak / 2;
    const levels = state.painted[state.painted.length - 1];
    const stride = this.memory.grids[this.memory.grids.length - 1].width;
    const pixels = new Uint8ClampedArray(4 * height * width).fill(255);
    for (let i = 0; i < height * width; i++) {
      const from = (Math.floor(i / width) * stride + (i % width)) * channels;
      for (let channel = 0; channel < 3; channel++) {
        const level = levels[from + (channels === 1 ? 0 : channel)];
        // As the model rounds: by way of -1 to 1.
        const centred = Math.fround(Math.fround(level / half) - 1);
        pixels[4 * i + channel] = Math.floor(Math.fround(Math.fround(centred * half) + half + 0.5));
      }
    }
    return pixels;
  }
}
