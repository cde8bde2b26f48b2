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
    this.taken = new Float64Array(arrays.components.length / this.metric.length);
    this.projected = new Float64Array(this.metric.length);
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
    const depth = metric.length;
    const { numPlaces } = this.lowGrid;
    this.descriptors = new Float32Array(numPlaces * numFrames * depth);
    this.squares = new Float32Array(numPlaces * numFrames);
    for (let moment = 0; moment < numFrames; moment++) {
      const around = [this.before[moment], moment, this.after[moment]];
      const lowFrames = around.map((each) => this.lowFrame(each));
      for (let place = 0; place < numPlaces; place++) {
        const row = place * numFrames + moment;
        this.descriptors.set(this.project(lowFrames, place), row * depth);
        let square = 0;
        for (let d = 0; d < depth; d++) {
          square += this.descriptors[row * depth + d] ** 2 * metric[d];
        }
        this.squares[row] = square;
      }
    }
  }

  /** Returns the descriptor [d] of a place of three low frames in a row; overwritten by the next. */
  project(lowFrames, place) {
    const { taken, projected, components, channels, lowGrid, lowOffsets } = this;
    const first = lowGrid.tops[place] * lowGrid.width + lowGrid.lefts[place];
    let to = 0;
    for (let i = 0; i < lowFrames.length; i++) {
      for (let k = 0; k < lowOffsets.length; k++) {
        const from = (first + lowOffsets[k]) * channels;
        for (let channel = 0; channel < channels; channel++) {
          taken[to++] = lowFrames[i][from + channel];
        }
      }
    }
    multiply(components, taken, projected);
    return projected;
  }

  /**
   * Returns the moment whose patch at a coarse place is nearest to that of three low frames in a
   * row; the one that is shown is passed over where there is another.
   */
  nearest(lowFrames, place, shown) {
    const { numFrames, descriptors, squares, metric } = this;
    const asked = this.project(lowFrames, place);
    const depth = asked.length;
    for (let d = 0; d < depth; d++) {
      asked[d] *= 2 * metric[d];
    }
    let best = 0;
    let least = Infinity;
    for (let moment = 0; moment < numFrames; moment++) {
      const row = place * numFrames + moment;
      let product = 0;
      for (let d = 0; d < depth; d++) {
        product += asked[d] * descriptors[row * depth + d];
      }
      const apart = squares[row] - product;
      if (moment !== shown && apart < least) {
        best = moment;
        least = apart;
      }
    }
    return best;
  }
}

/** Returns a matrix [d, n] as [d / 4, n, 4], rows of zeros behind it: as `multiply` reads it. */
function fourAbreast(matrix, numRows) {
  const size = matrix.length / numRows;
  const abreast = new Float64Array(4 * Math.ceil(numRows / 4) * size);
  for (let row = 0; row < numRows; row++) {
    const first = 4 * size * Math.floor(row / 4) + (row % 4);
    for (let i = 0; i < size; i++) {
      abreast[first + 4 * i] = matrix[row * size + i];
    }
  }
  return abreast;
}

/** Writes the product [d] of a matrix, see `fourAbreast`, and a vector: most of all the time. */
function multiply(matrix, vector, product) {
  const size = vector.length;
  for (let row = 0; row < product.length; row += 4) {
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let i = 0, k = row * size; i < size; i++, k += 4) {
      const value = vector[i];
      first += value * matrix[k];
      second += value * matrix[k + 1];
      third += value * matrix[k + 2];
      fourth += value * matrix[k + 3];
    }
    product[row] = first;
    product[row + 1] = second;
    product[row + 2] = third;
    product[row + 3] = fourth;
  }
}
