"use strict";

const videos = JSON.parse(document.getElementById("videos").textContent);
const stillsWanted = matchMedia("(prefers-reduced-motion: reduce)").matches;
const element = (id) => document.getElementById(id);

/** Returns how wide a picture is shown: whole pixels large, 256 or more a side. */
function shownWidth(width, height) {
  const least = Math.ceil(256 / Math.min(width, height));
  const usual = Math.floor(400 / Math.max(width, height));
  return width * Math.max(least, usual, 1);
}

/** Returns the picture with all frames of a video, once it can be drawn. */
async function loaded(sheet) {
  if (!sheet.image) {
    sheet.image = new Image();
    sheet.image.src = sheet.uri;
  }
  await sheet.image.decode();
  return sheet;
}

function drawFrame(canvas, sheet, number) {
  const [down, right] = sheet.pitch;
  const left = right * (number % sheet.columns);
  const top = down * Math.floor(number / sheet.columns);
  const size = [sheet.width, sheet.height];
  canvas.getContext("2d").drawImage(sheet.image, left, top, ...size, 0, 0, ...size);
}

/** Plays videos in step: one clock draws the same frame of all of them at once. */
class Player {
  constructor(button, onFrame = () => {}) {
    this.button = button;
    this.onFrame = onFrame;
    this.speed = 1;
    this.tracks = [];
    this.length = 1;
    this.position = 0;
    this.last = null;
    this.running = false;
    button.addEventListener("click", () => (this.running ? this.pause() : this.play()));
  }

  /** Shows tracks {canvas, sheet, first}, `length` frames of each from its first one on. */
  show(tracks, length) {
    for (const { canvas, sheet } of tracks) {
      canvas.width = sheet.width;
      canvas.height = sheet.height;
      canvas.style.width = `${shownWidth(sheet.width, sheet.height)}px`;
    }
    this.tracks = tracks;
    this.length = length;
    this.seek(Math.min(this.position, length - 1));
  }

  seek(position) {
    this.position = position;
    const frame = Math.floor(position);
    for (const { canvas, sheet, first } of this.tracks) {
      drawFrame(canvas, sheet, first + frame);
    }
    this.onFrame(frame, this.length);
  }

  play() {
    if (!this.running) {
      this.running = true;
      this.last = null;
      requestAnimationFrame((now) => this.tick(now));
    }
    this.button.textContent = "Pause";
  }

  pause() {
    this.running = false;
    this.button.textContent = "Play";
  }

  tick(now) {
    if (!this.running) {
      return;
    }
    // A hidden page is not drawn; it goes on from where it was.
    const seconds = this.last === null ? 0 : Math.min((now - this.last) / 1000, 0.25);
    this.last = now;
    const position = (this.position + seconds * this.speed * videos.frameRate) % this.length;
    if (Math.floor(position) === Math.floor(this.position)) {
      this.position = position;
    } else {
      this.seek(position);
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}

for (const figure of document.querySelectorAll(".enlarged")) {
  figure.style.width = `${shownWidth(Number(figure.dataset.width), Number(figure.dataset.height))}px`;
}
