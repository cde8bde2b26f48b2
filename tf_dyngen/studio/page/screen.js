// Draws frames on the canvas at the model's own size; the browser enlarges them.

export class Screen {
  constructor(canvas, model) {
    canvas.width = model.width;
    canvas.height = model.height;
    document.documentElement.style.setProperty("--ratio", `${model.width} / ${model.height}`);
    this.channels = model.channels;
    this.context = canvas.getContext("2d");
    this.image = this.context.createImageData(model.width, model.height);
    this.image.data.fill(255);
    this.drawn = null;
  }

  /** Shows a frame; with `share` above 0, that much of the next one mixed into it. */
  draw(frame, next, share) {
    const rounded = Math.round(share * 16) / 16;
    if (this.drawn?.frame === frame && this.drawn.share === rounded) return;
    this.drawn = { frame, share: rounded };
    const { channels, image } = this;
    const [from, to, out] = [frame.pixels, next.pixels, image.data];
    for (let pixel = 0, source = 0; pixel < out.length; pixel += 4, source += channels) {
      for (let channel = 0; channel < 3; channel += 1) {
        const at = channels === 3 ? source + channel : source;
        out[pixel + channel] = from[at] + rounded * (to[at] - from[at]);
      }
    }
    this.context.putImageData(image, 0, 0);
  }
}
