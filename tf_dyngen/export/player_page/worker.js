// Makes frames beside the page: one for each that is asked for.
let generator = null;
let random = null;
let state = null;

const answers = {
  async model({ description, text }) {
    const arrays = await unpack(bytesOfText(text), description.arrays);
    generator = new Generator(description, arrays);
    postMessage({ kind: "ready" });
  },
  async seed({ seed }) {
    random = new Random(seed);
    state = generator.firstState(random);
  },
  async frame({ take, scale }) {
    state = generator.advance(state, generator.drawNoise(random, scale));
    const pixels = generator.pixels(state);
    postMessage({ kind: "frame", take, pixels }, [pixels.buffer]);
  },
};

onmessage = ({ data }) => {
  answers[data.kind](data).catch((error) => postMessage({ kind: "failure", reason: `${error}` }));
};
