/** Returns the places before and after each pixel along an axis, and the weight of the latter. */
function placesOnAxis(size, grid) {
  const number = Math.floor((size - grid.patch) / grid.stride) + 1;
  return Array.from({ length: size }, (_, i) => {
    const centre = clip((i - (grid.patch - 1) / 2) / grid.stride, 0, number - 1);
    const before = Math.floor(centre);
    const share = centre - before;
    const weight = share * share * (3 - 2 * share);
    return { places: [before, Math.min(before + 1, number - 1)], weights: [1 - weight, weight] };
  });
}

/** Puts patches together: each pixel is a mixture of its four nearest places' patches. */
class Painter {
  constructor(grid, bank, channels) {
    Object.assign(this, { grid, bank, channels });
    const rows = placesOnAxis(grid.height, grid);
    const columns = placesOnAxis(grid.width, grid);
    this.places = new Int32Array(4 * grid.height * grid.width);
    this.weights = new Float32Array(this.places.length);
    this.shifts = new Int32Array(grid.numPlaces);
    let to = 0;
    for (const row of rows) {
      for (const column of columns) {
        for (let corner = 0; corner < 4; corner++, to++) {
          const [down, right] = [corner >> 1, corner & 1];
          this.places[to] = row.places[down] * grid.columns + column.places[right];
          this.weights[to] = row.weights[down] * column.weights[right];
        }
      }
    }
  }

  /** Returns the frame [H, W, C] of sources, in levels. */
  paint(sources) {
    const { grid, bank, channels, places, weights, shifts } = this;
    const { height, width } = grid;
    // A pixel lies within the patches of its nearest places: none reaches out of the bank's frames.
    for (let place = 0; place < grid.numPlaces; place++) {
      const down = sources.top[place] - grid.tops[place];
      const right = sources.left[place] - grid.lefts[place];
      shifts[place] = (frameOf(sources.time[place]) * height + down) * width + right;
    }
    const frame = new Float32Array(height * width * channels);
    for (let pixel = 0, corner = 0, to = 0; pixel < height * width; pixel++, corner += 4) {
      const first = (shifts[places[corner]] + pixel) * channels;
      const second = (shifts[places[corner + 1]] + pixel) * channels;
      const third = (shifts[places[corner + 2]] + pixel) * channels;
      const fourth = (shifts[places[corner + 3]] + pixel) * channels;
      for (let channel = 0; channel < channels; channel++, to++) {
        let sum = Math.fround(weights[corner] * bank[first + channel]);
        sum = Math.fround(sum + Math.fround(weights[corner + 1] * bank[second + channel]));
        sum = Math.fround(sum + Math.fround(weights[corner + 2] * bank[third + channel]));
        frame[to] = sum + Math.fround(weights[corner + 3] * bank[fourth + channel]);
      }
    }
    return frame;
  }
}
