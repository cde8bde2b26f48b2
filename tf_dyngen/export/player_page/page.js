"use strict";

const model = JSON.parse(document.getElementById("description").textContent);
const element = (id) => document.getElementById(id);
// Frames that are made ahead, and the longest time that is made up for, in seconds.
const MOST_AHEAD = 8;
const LONGEST_TICK = 0.1;
const LARGEST_SEED = 2 ** 32 - 1;

/** Frames of the worker, shown by the page's own clock. */
class Player {
  constructor(canvas, onFailure) {
    const sources = ["generator", "worker"].map((id) => element(id).textContent);
    const address = URL.createObjectURL(new Blob(sources, { type: "text/javascript" }));
    this.context = canvas.getContext("2d");
    this.worker = new Worker(address);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (event) => onFailure(event.message);
    this.onFailure = onFailure;
    this.frames = [];
    this.asked = 0;
    this.take = 0;
    this.numShown = 0;
    // How much of the shown frame's time has passed, 0 to 1; the first is shown at once.
    this.passed = 1;
    this.last = null;
    this.playing = true;
    this.speed = 1;
    this.scale = 1;
  }

  /** Begins once the worker has the model. */
  load(text, seed) {
    showState("Getting ready ...");
    this.onReady = () => {
      showState("");
      this.restart(seed);
      requestAnimationFrame((now) => this.tick(now));
    };
    this.worker.postMessage({ kind: "model", description: model, text });
  }

  /** Begins the video of a seed. */
  restart(seed) {
    this.take += 1;
    this.frames = [];
    this.asked = 0;
    this.passed = 1;
    this.numShown = 0;
    this.worker.postMessage({ kind: "seed", seed });
    this.ask();
  }

  ask() {
    while (this.asked + this.frames.length < MOST_AHEAD) {
      this.asked += 1;
      this.worker.postMessage({ kind: "frame", take: this.take, scale: this.scale });
    }
  }

  receive({ kind, take, pixels, reason }) {
    if (kind === "ready") {
      this.onReady();
    } else if (kind === "failure") {
      this.onFailure(reason);
    } else if (take === this.take) {
      this.asked -= 1;
      this.frames.push(pixels);
    }
  }

  tick(now) {
    const seconds = this.last === null ? 0 : Math.min((now - this.last) / 1000, LONGEST_TICK);
    this.last = now;
    // The first frame of a video is shown even while it is paused.
    if (this.playing || !this.numShown) {
      this.passed += seconds * this.speed * model.frameRate;
      let frame = null;
      for (; this.passed >= 1 && this.frames.length; this.passed -= 1) {
        frame = this.frames.shift();
        this.numShown += 1;
      }
      this.passed = Math.min(this.passed, 1);
      if (frame) {
        this.context.putImageData(new ImageData(frame, model.width, model.height), 0, 0);
      }
      this.ask();
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}

function showState(text) {
  element("state").textContent = text;
}

function setPlaying(playing) {
  player.playing = playing;
  element("play").textContent = playing ? "Pause" : "Play";
}

function useSeed(seed) {
  element("seed").value = seed;
  player.restart(seed);
}

function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** Returns the whole number that is typed, brought within the bounds. */
function typedSeed() {
  const typed = Math.floor(Number(element("seed").value)) || 0;
  return Math.min(Math.max(typed, 0), LARGEST_SEED);
}

const player = new Player(element("video"), (reason) => showState(`It cannot play here: ${reason}`));

element("play").addEventListener("click", () => setPlaying(!player.playing));
element("another").addEventListener("click", (event) => {
  useSeed(newSeed());
  // Behind a click the space bar pauses; from the keyboard it is to press the button again.
  if (event.detail) {
    event.target.blur();
  }
});
element("seed").addEventListener("change", () => useSeed(typedSeed()));
element("speed").addEventListener("input", (event) => {
  player.speed = 2 ** Number(event.target.value);
  element("speed-value").textContent = `${Number(player.speed.toFixed(2))}x`;
});
element("variety").addEventListener("input", (event) => {
  const variety = Number(event.target.value);
  player.scale = variety * model.noiseScaleOfVariety;
  element("variety-value").textContent = variety.toFixed(2);
});
element("pixels").addEventListener("change", (event) => {
  element("video").classList.toggle("pixels", event.target.checked);
});
document.addEventListener("keydown", (event) => {
  if (event.key === " " && !event.target.matches("button, [type=checkbox], [type=number]")) {
    event.preventDefault();
    setPlaying(!player.playing);
  }
});

setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
const seed = newSeed();
element("seed").value = seed;
player.load(element("model").textContent, seed);
element("model").remove();
