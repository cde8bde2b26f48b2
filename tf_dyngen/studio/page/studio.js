// The page: what its controls mean, and what they tell the stream.

import { Screen } from "./screen.js";
import { StillBox } from "./still.js";
import { Stream } from "./stream.js";

const element = (id) => document.getElementById(id);
const [clip, frame, reverse, seed, noise, variety, first, second, place, speed, loop] = [
  "clip", "frame", "reverse", "seed", "noise", "variety", "first", "second", "place", "speed", "loop",
].map(element);

let image = "";
let still;
let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;

function say(text, isAlarm = false) {
  const status = element("status");
  status.textContent = text;
  status.classList.toggle("alarm", isAlarm);
}

function settings() {
  return {
    seed: Number(seed.value),
    clip: image ? -1 : Number(clip.value),
    image,
    // The server takes the one that the model has.
    noise: Number(noise.value),
    variety: Number(variety.value),
    first: Number(first.value),
    second: Number(second.value),
    place: Number(place.value),
    // Empty is the clip's first frame, or its last if time runs backwards.
    frame: element("frame-field").hidden ? "" : frame.value,
    reverse: reverse.checked,
    still: still.text,
  };
}

function speedFactor() {
  return 2 ** Number(speed.value);
}

async function fetchChecked(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("the server cannot be reached: is it still running?");
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Error(answer.error ?? `the server answers with ${response.status}`);
}

function fillIn(model) {
  const { width, height, frame_rate: rate, clips } = model;
  const learned = clips.length === 1 ? "one clip" : `${clips.length} clips`;
  element("about").textContent =
    `Learned from ${learned} · ${width} × ${height} pixels · ${Number(rate.toFixed(2))} fps`;
  const lists = model.has_appearance ? [clip, first, second] : [clip];
  for (const list of lists) {
    clips.forEach((name, index) => list.add(new Option(name, index)));
  }
  element("appearance").hidden = !model.has_appearance;
  if (clips.length > 0) second.value = "0";
  noise.max = model.most_noise;
  const hasVariety = model.usual_variety !== null;
  if (hasVariety) variety.value = model.usual_variety;
  element("variety-field").hidden = !hasVariety;
  element("noise-field").hidden = hasVariety;
  seed.max = model.largest_seed;
  element("frames").max = model.most_download_frames;
  fillInSizes(model);
  for (const name of ["reverse-field", "loop-field"]) element(name).hidden = !model.memory;
  element("needs-run").hidden = Boolean(model.memory);
}

/** What files can be enlarged to; values are those of --output_size. */
function fillInSizes({ width, height, memory }) {
  const size = element("size");
  for (const factor of [1, 2, 4, 8]) {
    if (factor > 1 && factor * Math.max(width, height) > 1024) break;
    const fits = factor * Math.max(width, height) <= 512;
    const value = factor > 1 ? `${factor}x` : "";
    size.add(new Option(`${factor * width} × ${factor * height}`, value, fits, fits));
  }
  if (memory?.picture_size) {
    const [rows, columns] = memory.picture_size;
    size.add(new Option(`The clip’s own, ${columns} × ${rows}`, "source"));
  }
  size.add(new Option("Other …", "other"));
}

/** Shows which frames of the chosen clip a video may begin with, if any. */
function showFrames({ memory }) {
  const number = memory && clip.value >= 0 ? memory.clip_lengths[clip.value] : 0;
  element("frame-field").hidden = number === 0;
  frame.max = number - 1;
  frame.value = "";
  element("frame-range").textContent = `0 to ${number - 1}`;
  frame.placeholder = reverse.checked ? number - 1 : 0;
}

function showValues() {
  for (const range of [noise, variety]) {
    element(`${range.id}-value`).textContent = Number(range.value).toFixed(2);
  }
  element("place-value").textContent = `${Math.round(100 * place.value)}%`;
  element("speed-value").textContent = `${Number(speedFactor().toFixed(2))}×`;
  speed.setAttribute("aria-valuetext", `${speedFactor().toFixed(2)} times`);
  for (const range of [noise, variety, place, speed]) {
    const share = (range.value - range.min) / (range.max - range.min);
    // The thumb's middle stays half its width inside the track.
    range.style.setProperty("--filled", `calc(9px + ${share} * (100% - 18px))`);
  }
}

function setPlaying(value) {
  playing = value;
  document.documentElement.classList.toggle("paused", !playing);
  element("pause").setAttribute("aria-label", playing ? "Pause" : "Play");
}

function connectControls(model, stream) {
  for (const range of [noise, variety, place, first, second]) {
    range.addEventListener("input", () => {
      showValues();
      stream.retry();
    });
  }
  connectStart(model, stream);
  connectStill(stream);
  for (const [list, value, other] of [["seconds", "", "frames"], ["size", "other", "other-size"]]) {
    element(list).addEventListener("change", () => {
      element(other).hidden = element(list).value !== value;
    });
  }
  speed.addEventListener("input", () => {
    showValues();
    stream.setSpeed(speedFactor());
  });
  element("pause").addEventListener("click", () => setPlaying(!playing));
  element("full").addEventListener("click", () => element("screen").requestFullscreen());
  for (const choice of document.getElementsByName("scaling")) {
    choice.addEventListener("change", () =>
      element("canvas").classList.toggle("pixelated", choice.value === "pixelated"));
  }
  element("controls").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    // Where the space bar has a meaning of its own, it keeps it.
    const own = event.target.closest("button, select, input:not([type='range'])");
    if (event.key !== " " || own || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    setPlaying(!playing);
  });
}

function connectStart(model, stream) {
  const begin = () => {
    say("");
    stream.restart();
  };
  clip.addEventListener("change", () => {
    forgetPicture();
    showFrames(model);
    begin();
  });
  reverse.addEventListener("change", () => {
    forgetPicture();
    showFrames(model);
    begin();
  });
  frame.addEventListener("change", () => {
    const value = Math.trunc(Number(frame.value));
    if (frame.value !== "") frame.value = Math.min(Math.max(value, 0), frame.max);
    begin();
  });
  seed.addEventListener("change", () => {
    const value = Math.trunc(Number(seed.value)) || 0;
    seed.value = Math.min(Math.max(value, 0), model.largest_seed);
    begin();
  });
  element("another").addEventListener("click", () => {
    seed.value = Math.floor(Math.random() * 100000);
    begin();
  });
  element("restart").addEventListener("click", begin);
  element("forget").addEventListener("click", () => {
    forgetPicture();
    begin();
    element("picture").focus();
  });
}

function connectStill(stream) {
  const button = element("still");
  const show = () => {
    button.setAttribute("aria-pressed", still.isDrawing);
    element("release").disabled = !still.box;
    const [left, top, right, bottom] = still.box ?? [];
    element("still-text").textContent = still.box
      ? `${right - left} × ${bottom - top} pixels, as in the first frame`
      : "nothing";
  };
  still = new StillBox(element("canvas"), element("still-box"), () => {
    show();
    stream.retry();
  });
  button.addEventListener("click", () => {
    still.isDrawing = !still.isDrawing;
    show();
  });
  element("release").addEventListener("click", () => still.set(null));
}

function forgetPicture() {
  image = "";
  clip.querySelector("[value='picture']")?.remove();
  const thumbnail = element("thumbnail");
  URL.revokeObjectURL(thumbnail.src);
  thumbnail.hidden = element("forget").hidden = true;
  element("picture").value = "";
  element("drop-text").innerHTML = "Drop a picture here, or <b>choose one</b>, to make it move";
}

async function animate(file, model, stream) {
  say("Looking for the picture in what the model has learned …");
  try {
    if (file.size > model.most_upload_bytes) {
      const most = Math.floor(model.most_upload_bytes / 2 ** 20);
      throw new Error(`the picture's file is larger than ${most} MB: give a smaller one`);
    }
    const response = await fetchChecked("/picture", { method: "POST", body: file });
    const answer = await response.json();
    forgetPicture();
    image = answer.image;
    reverse.checked = false;
    clip.add(new Option("The picture", "picture", true, true), 0);
    showFrames(model);
    element("thumbnail").src = URL.createObjectURL(file);
    element("thumbnail").hidden = element("forget").hidden = false;
    element("drop-text").textContent = file.name;
    say(`The model shows the picture with ${answer.psnr.toFixed(1)} dB` +
      (answer.psnr < 20 ? ": it is unlike what was learned." : "."));
    setPlaying(true);
    stream.restart();
  } catch (error) {
    say(sentence(error.message), true);
  }
}

function connectPictures(model, stream) {
  element("picture").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) animate(file, model, stream);
  });
  let depth = 0;
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (change) => {
    depth = change === 0 ? 0 : depth + change;
    document.documentElement.classList.toggle("dragging", depth > 0);
  };
  addEventListener("dragenter", (event) => holdsFile(event) && mark(1));
  addEventListener("dragleave", (event) => holdsFile(event) && mark(-1));
  addEventListener("dragover", (event) => holdsFile(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    mark(0);
    const [file] = event.dataTransfer.files;
    if (file) animate(file, model, stream);
  });
}

async function save(suffix, model) {
  const buttons = document.querySelectorAll("[data-save]");
  const { value } = element("seconds");
  const wanted = Math.round(value ? value * model.frame_rate : element("frames").value);
  const size = element("size").value;
  const query = new URLSearchParams({
    ...settings(),
    frames: Math.min(Math.max(wanted, 1), model.most_download_frames),
    speed: speedFactor(),
    size: size === "other" ? element("other-size").value : size,
    loop: loop.checked,
  });
  buttons.forEach((button) => (button.disabled = true));
  say(`Making the ${suffix.toUpperCase()} …`);
  try {
    const response = await fetchChecked(`/video.${suffix}?${query}`);
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = `seed_${seed.value}.${suffix}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    say(`${link.download} is saved.`);
  } catch (error) {
    say(sentence(error.message), true);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function paceOf(stream) {
  if (stream.isSlow) return "The model is slower than this speed; it plays as fast as it can.";
  return stream.fades
    ? "Frames fade into each other here; what is saved has frames made along the motion."
    : "";
}

function run(model, stream) {
  const screen = new Screen(element("canvas"), model);
  let last = performance.now();
  let told = "";
  const show = (now) => {
    const shown = stream.tick((now - last) / 1000, playing);
    last = now;
    if (shown) {
      // Played slowly, single frames would be seen to change.
      screen.draw(shown.frame, shown.next, stream.rate < model.frame_rate ? shown.passed : 0);
      const seconds = Math.floor(shown.frame.position / model.frame_rate);
      element("clock").textContent =
        `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
    if (playing && paceOf(stream) !== told) {
      told = paceOf(stream);
      say(told);
    }
    requestAnimationFrame(show);
  };
  requestAnimationFrame(show);
}

async function open() {
  showValues();
  setPlaying(playing);
  let model;
  try {
    model = await (await fetchChecked("/model.json")).json();
  } catch (error) {
    say(sentence(error.message), true);
    return;
  }
  fillIn(model);
  showValues();
  let wasLost = false;
  const stream = new Stream(model, settings, {
    error: (text) => say(sentence(text), true),
    connected: (isOpen) => {
      if (!isOpen) say("The connection is lost; trying again …", true);
      else if (wasLost) say("");
      wasLost = !isOpen;
    },
  });
  connectControls(model, stream);
  connectPictures(model, stream);
  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => save(button.dataset.save, model));
  }
  run(model, stream);
}

open();
