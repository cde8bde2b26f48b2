"use strict";

/** Random numbers of a seed: xoshiro128** (Blackman and Vigna, 2018), seeded by SplitMix32. */
class Random {
  /** seed: a whole number, 0 to 2^32 - 1. */
  constructor(seed) {
    let mixed = seed >>> 0;
    const next = () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let bits = mixed ^ (mixed >>> 16);
      bits = Math.imul(bits, 0x21f0aaad);
      bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
      return (bits ^ (bits >>> 15)) >>> 0;
    };
    this.state = Uint32Array.from({ length: 4 }, next);
    this.spare = null;
  }

  /** Returns 32 random bits. */
  bits() {
    const state = this.state;
    const rotated = (value, by) => (value << by) | (value >>> (32 - by));
    const result = Math.imul(rotated(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotated(state[3], 11);
    return result;
  }

  /** Returns a number between 0 and 1, neither of them. */
  uniform() {
    return (this.bits() + 0.5) / 2 ** 32;
  }

  /** Returns a draw of N(0, 1), by the transform of Box and Muller. */
  normal() {
    if (this.spare !== null) {
      const spare = this.spare;
      this.spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/**
 * Returns the complementary error function of a number from 0 on, to twelve digits: 1 less a series
 * of positive terms, and beyond 2 a continued fraction.
 */
function complementaryError(value) {
  const square = value * value;
  if (value < 2) {
    let term = value;
    let sum = value;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  }
  let fraction = value;
  for (let n = 60; n > 0; n--) {
    fraction = value + n / 2 / fraction;
  }
  return Math.exp(-square) / (Math.sqrt(Math.PI) * fraction);
}

/** Returns the standard Gumbel variable of the same quantile as standard normal noise. */
function gumbelOf(noise, tail) {
  if (noise > tail) {
    return 0.5 * noise * noise + Math.log(noise) + 0.5 * Math.log(2 * Math.PI);
  }
  const beyond = 0.5 * complementaryError(Math.SQRT1_2 * Math.min(Math.abs(noise), 2 * tail));
  return -Math.log(-(noise > 0 ? Math.log1p(-beyond) : Math.log(beyond)));
}
