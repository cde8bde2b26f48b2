const KINDS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** Returns the bytes of a text in base 64. */
function bytesOfText(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) {
    bytes[i] = letters.charCodeAt(i);
  }
  return bytes;
}

/** Returns the arrays of a model by name, of deflated bytes; `listed` says which there are. */
async function unpack(bytes, listed) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const arrays = {};
  let offset = 0;
  for (const { name, kind, length } of listed) {
    arrays[name] = new KINDS[kind](buffer, offset, length);
    offset += arrays[name].byteLength;
  }
  return arrays;
}

/**
 * Puts frames in the place of what they differ by from a prediction of each value by those left of
 * it, above, and above on the left: the median edge detector of JPEG-LS.
 */
function undoPrediction(values, width, height, channels) {
  const row = width * channels;
  for (let frame = 0; frame < values.length; frame += row * height) {
    for (let i = 0; i < row * height; i++) {
      const inside = i % row >= channels;
      const left = inside ? values[frame + i - channels] : 0;
      const above = i >= row ? values[frame + i - row] : 0;
      const corner = inside && i >= row ? values[frame + i - row - channels] : 0;
      const low = Math.min(left, above);
      const high = Math.max(left, above);
      values[frame + i] += corner >= high ? low : corner <= low ? high : left + above - corner;
    }
  }
}
