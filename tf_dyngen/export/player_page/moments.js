/** The transition at the low size: parts of the picture follow moments of the clip. */
class MomentTransition {
  /** description, arrays: as of `Memory`. */
  constructor(description, arrays, memory) {
    Object.assign(this, description.transition);
    this.memory = memory;
    this.numParts = description.numParts;
    // [K, h * w]: what each part shows of the picture, and what its distances are taken over.
    this.windows = arrays.windows;
    this.attended = arrays.attended;
    // [K, M]
    this.bonus = arrays.bonus;
    this.bias = arrays.bias;
    this.apart = new Float64Array(arrays.bias.length);
  }

  /**
   * Returns {low, moments} of the next frame.
   *
   * low: the low frame [h * w, C]; moments: [K], that are followed; noise: [K, M], standard normal.
   */
  next(low, moments, noise) {
    this.measure(low);
    const chosen = moments.map((followed, part) => this.choose(part, followed, noise));
    const following = chosen.map((moment) => this.memory.after[moment]);
    return { low: this.follow(low, chosen, following), moments: following };
  }

  /** Finds squared distances [K, M] of a low frame to all moments, as each part attends to it. */
  measure(low) {
    const { apart, attended, memory, numParts } = this;
    const { channels, numFrames } = memory;
    const size = low.length / channels;
    const squares = new Float64Array(size);
    for (let moment = 0; moment < numFrames; moment++) {
      const other = memory.lowFrame(moment);
      for (let pixel = 0, i = 0; pixel < size; pixel++) {
        let square = 0;
        for (let channel = 0; channel < channels; channel++, i++) {
          const difference = low[i] - other[i];
          square += difference * difference;
        }
        squares[pixel] = square;
      }
      for (let part = 0; part < numParts; part++) {
        let total = 0;
        for (let pixel = 0; pixel < size; pixel++) {
          total += attended[part * size + pixel] * squares[pixel];
        }
        apart[part * numFrames + moment] = total;
      }
    }
  }

  /** Returns the moment that the noise chooses for a part, by the softmax of logits. */
  choose(part, followed, noise) {
    const { apart, bias, bonus, memory, numRecent, recentPenalty, softness, tail } = this;
    let best = 0;
    let most = -Infinity;
    for (let moment = 0; moment < memory.numFrames; moment++) {
      if (!memory.goesOn(moment)) {
        continue;
      }
      const row = part * memory.numFrames + moment;
      const ago = followed - moment;
      let logit = bias[row] - apart[row] / softness[part];
      if (ago === 0) {
        logit += bonus[row];
      } else if (ago >= -1 && ago <= numRecent) {
        logit -= recentPenalty;
      }
      logit = Math.fround(logit + gumbelOf(noise[row], tail));
      if (logit > most) {
        best = moment;
        most = logit;
      }
    }
    return best;
  }

  /** Returns the next low frame: the moments' next ones, and what is kept of the difference. */
  follow(low, chosen, following) {
    const { channels } = this.memory;
    const size = low.length / channels;
    const shown = new Float32Array(low.length);
    const moved = new Float32Array(low.length);
    chosen.forEach((moment, part) => {
      const before = this.memory.lowFrame(moment);
      const after = this.memory.lowFrame(following[part]);
      for (let pixel = 0, i = 0; pixel < size; pixel++) {
        const weight = this.windows[part * size + pixel];
        for (let channel = 0; channel < channels; channel++, i++) {
          shown[i] += Math.fround(weight * before[i]);
          moved[i] += Math.fround(weight * after[i]);
        }
      }
    });
    for (let i = 0; i < low.length; i++) {
      moved[i] += Math.fround(this.retention * Math.fround(low[i] - shown[i]));
    }
    return moved;
  }
}
