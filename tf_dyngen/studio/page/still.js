// The box of what stands still: drawn on the canvas, kept in the model's pixels.

export class StillBox {
  /** canvas; shown: the element that marks the box; changed(): called when there is another. */
  constructor(canvas, shown, changed) {
    this.canvas = canvas;
    this.shown = shown;
    this.changed = changed;
    // [left, top, right, bottom], null while nothing stands still.
    this.box = null;
    this.start = null;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.start && this.mark(this.to(event)));
    canvas.addEventListener("pointerup", (event) => this.end(event));
    canvas.addEventListener("pointercancel", () => this.leave());
  }

  /** As requests carry it. */
  get text() {
    return this.box ? this.box.join(",") : "";
  }

  get isDrawing() {
    return this.canvas.classList.contains("drawing");
  }

  set isDrawing(value) {
    this.canvas.classList.toggle("drawing", value);
  }

  set(box) {
    this.box = box;
    this.mark(box);
    this.changed();
  }

  begin(event) {
    if (!this.isDrawing) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.start = this.place(event);
  }

  end(event) {
    if (!this.start) return;
    const box = this.to(event);
    this.leave();
    this.isDrawing = false;
    this.set(box);
  }

  /** Drawing is given up; what stood still does so on. */
  leave() {
    this.start = null;
    this.mark(this.box);
  }

  /** The pixel, with its fraction, that the pointer is at. */
  place(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const within = (share, size) => Math.min(Math.max(share, 0), 1) * size;
    return [
      within((event.clientX - left) / width, this.canvas.width),
      within((event.clientY - top) / height, this.canvas.height),
    ];
  }

  /** The box from where drawing began to the pointer, in whole pixels, one at least. */
  to(event) {
    const [x, y] = this.place(event);
    const [left, right] = ends(this.start[0], x, this.canvas.width);
    const [top, bottom] = ends(this.start[1], y, this.canvas.height);
    return [left, top, right, bottom];
  }

  mark(box) {
    this.shown.hidden = !box;
    if (!box) return;
    const { width, height } = this.canvas;
    const [left, top, right, bottom] = box;
    this.shown.style.left = `${(100 * left) / width}%`;
    this.shown.style.top = `${(100 * top) / height}%`;
    this.shown.style.width = `${(100 * (right - left)) / width}%`;
    this.shown.style.height = `${(100 * (bottom - top)) / height}%`;
  }
}

function ends(one, other, size) {
  const first = Math.min(Math.round(Math.min(one, other)), size - 1);
  return [first, Math.max(Math.round(Math.max(one, other)), first + 1)];
}
