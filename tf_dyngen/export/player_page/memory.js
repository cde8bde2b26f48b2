/** Returns a number rounded to a whole one, halves to the even one. */
function roundHalfToEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
}

/** The clip as the model remembers it: frames at several sizes, and descriptors to search by. */
class Memory {
  /** description: what the page says of the model; arrays: see `unpack`. */
  constructor(description, arrays) {
    this.numFrames = description.numFrames;
    this.channels = description.channels;
    this.grids = description.grids.map((grid) => new Grid(grid));
    this.lowGrid = new Grid(description.lowGrid);
    this.before = arrays.before;
    this.after = arrays.after;
    // [d, D]: principal components, which descriptors are made by; their metric, [d].
    this.metric = arrays.metric;
    this.components = fourAbreast(arrays.components, this.metric.length);
    this.taken = new Float64Array((2 * arrays.components.length) / this.metric.length);
    this.projected = new Float64Array(this.lowGrid.numPlaces * this.metric.length);
    const { width, height } = this.grids[this.grids.length - 1];
    undoPrediction(arrays.frames, width, height, this.channels);
    this.finest = arrays.frames;
    this.banks = this.grids.map(({ factor }) =>
      factor > 1 ? Uint8Array.from(this.shrunk(factor), roundHalfToEven) : this.finest,
    );
    this.low = this.shrunk(this.lowGrid.factor).map((level) => level / description.peak);
    this.lowOffsets = this.lowGrid.offsets(1);
    this.describe();
  }

  goesOn(moment) {
    return this.after[moment] !== moment;
  }

  /** Returns the low frame of a moment. */
  lowFrame(moment) {
    const size = this.lowGrid.height * this.lowGrid.width * this.channels;
    return this.low.subarray(moment * size, (moment + 1) * size);
  }

  /** Returns all frames as means over factor x factor pixels, in levels. */
  shrunk(factor) {
    const { channels, numFrames } = this;
    const { width, height } = this.grids[this.grids.length - 1];
    const [columns, rows] = [width / factor, height / factor];
    const means = new Float32Array(numFrames * rows * columns * channels);
    for (let i = 0; i < numFrames * height; i++) {
      const row = Math.floor(i / height) * rows + Math.floor((i % height) / factor);
      for (let j = 0; j < width; j++) {
        const to = (row * columns + Math.floor(j / factor)) * channels;
        const from = (i * width + j) * channels;
        for (let channel = 0; channel < channels; channel++) {
          means[to + channel] += this.finest[from + channel];
        }
      }
    }
    return means.map((sum) => sum / factor ** 2);
  }

  /** Finds descriptors [P, M, d] of all moments, and their squares [P, M] by the metric. */
  describe() {
    const { numFrames, metric } = this;
    const { numPlaces } = this.lowGrid;
    const depth = metric.length;
    this.descriptors = new Float32Array(numPlaces * numFrames * depth);
    this.squares = new Float32Array(numPlaces * numFrames);
    for (let moment = 0; moment < numFrames; moment++) {
      const around = [this.before[moment], moment, this.after[moment]];
      const found = this.project(around.map((each) => this.lowFrame(each)));
      for (let place = 0; place < numPlaces; place++) {
        const row = place * numFrames + moment;
        this.descriptors.set(found.subarray(place * depth, (place + 1) * depth), row * depth);
        let square = 0;
        for (let d = 0; d < depth; d++) {
          square += this.descriptors[row * depth + d] ** 2 * metric[d];
        }
        this.squares[row] = square;
      }
    }
  }

  /** Returns descriptors [P, d] of three low frames in a row; overwritten by the next call. */
  project(lowFrames) {
    const { projected, components, taken, metric } = this;
    const { numPlaces } = this.lowGrid;
    for (let place = 0; place < numPlaces; place += 2) {
      const second = Math.min(place + 1, numPlaces - 1);
      this.take(lowFrames, place, 0);
      this.take(lowFrames, second, taken.length / 2);
      multiplyTwo(components, taken, projected, place * metric.length, second * metric.length);
    }
    return projected;
  }

  /** Copies the pixels that low frames show at a place, one frame after the other. */
  take(lowFrames, place, to) {
    const { taken, channels, lowGrid, lowOffsets } = this;
    const first = lowGrid.tops[place] * lowGrid.width + lowGrid.lefts[place];
    for (let i = 0; i < lowFrames.length; i++) {
      for (let k = 0; k < lowOffsets.length; k++) {
        const from = (first + lowOffsets[k]) * channels;
        for (let channel = 0; channel < channels; channel++, to++) {
          taken[to] = lowFrames[i][from + channel];
        }
      }
    }
  }

  /**
   * Returns the moment [P] whose patch at each coarse place is nearest to that of three low frames
   * in a row; those that are shown, [P], are passed over where there is another.
   */
  nearest(lowFrames, shown) {
    const asked = this.project(lowFrames);
    return shown.map((moment, place) => this.nearestAt(place, asked, moment));
  }

  nearestAt(place, asked, shown) {
    const { numFrames, descriptors, squares, metric } = this;
    const depth = metric.length;
    const own = place * depth;
    for (let d = 0; d < depth; d++) {
      asked[own + d] *= 2 * metric[d];
    }
    let found = 0;
    let least = Infinity;
    for (let moment = 0; moment < numFrames; moment++) {
      const row = place * numFrames + moment;
      let product = 0;
      for (let d = 0; d < depth; d++) {
        product += asked[own + d] * descriptors[row * depth + d];
      }
      const apart = squares[row] - product;
      if (moment !== shown && apart < least) {
        found = moment;
        least = apart;
      }
    }
    return found;
  }
}

/** Returns a matrix [d, n] as [d / 4, n, 4], as `multiplyTwo` reads it; d is a multiple of four. */
function fourAbreast(matrix, numRows) {
  const size = matrix.length / numRows;
  const abreast = new Float64Array(matrix.length);
  for (let row = 0; row < numRows; row++) {
    const first = 4 * size * Math.floor(row / 4) + (row % 4);
    for (let i = 0; i < size; i++) {
      abreast[first + 4 * i] = matrix[row * size + i];
    }
  }
  return abreast;
}

/**
 * Writes the products of a matrix, see `fourAbreast`, and two vectors that lie end to end, to
 * two places of an array. Most of the time goes by here: eight sums do not wait for each other.
 */
function multiplyTwo(matrix, vectors, products, to, toSecond) {
  const size = vectors.length / 2;
  for (let k = 0; k < matrix.length; to += 4, toSecond += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let i = 0; i < size; i++, k += 4) {
      const first = vectors[i];
      const second = vectors[i + size];
      a += first * matrix[k];
      b += first * matrix[k + 1];
      c += first * matrix[k + 2];
      d += first * matrix[k + 3];
      e += second * matrix[k];
      f += second * matrix[k + 1];
      g += second * matrix[k + 2];
      h += second * matrix[k + 3];
    }
    products[to] = a;
    products[to + 1] = b;
    products[to + 2] = c;
    products[to + 3] = d;
    products[toSecond] = e;
    products[toSecond + 1] = f;
    products[toSecond + 2] = g;
    products[toSecond + 3] = h;
  }
}
