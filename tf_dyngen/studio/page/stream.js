// Frames from the server: asked for when the page runs low on them, played by the page's own clock.

// Seconds of video that one request asks for at least, and the least that is held in store.
const PIECE = 0.2;
const LEAST_STORE = 0.1;
const MOST_STORE = 1.0;
const HEADER_BYTES = 8;
// Of what the server has been seen to make; above it the store would run dry again and again.
const SUSTAINABLE = 0.92;
// A tab that comes back, or a machine that slept, does not make up for lost time.
const LONGEST_TICK = 0.1;
// Slow answers in a row, of which the first of a kind always is one.
const PATIENCE = 4;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

export class Stream {
  /** model: what /model.json says; settings(): what requests carry; on: {error, connected}. */
  constructor(model, settings, on) {
    this.model = model;
    this.settings = settings;
    this.on = on;
    this.speed = 1;
    // Whether the server makes the frames between frames of slow motion, if it is quick enough.
    this.between = true;
    this.numSlow = 0;
    this.take = 0;
    this.frames = [];
    // How much of the first frame's time has passed, 0 to 1.
    this.passed = 0;
    this.shownTake = -1;
    this.asked = null;
    this.failed = false;
    // Frames a second that the server makes, and seconds that it takes to answer.
    this.throughput = Infinity;
    this.delay = 0.05;
    this.wait = FIRST_WAIT;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/play`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.wait = FIRST_WAIT;
      this.asked = null;
      this.on.connected(true);
    };
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = () => {
      this.on.connected(false);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
    };
  }

  /** Begins the video of the present settings. */
  restart() {
    this.take += 1;
    this.failed = false;
  }

  /** After an error: the settings have changed, so it may be tried again. */
  retry() {
    this.failed = false;
  }

  get wantedRate() {
    return this.model.frame_rate * (this.between ? Math.max(1, this.speed) : this.speed);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.between = true;
    this.numSlow = 0;
    this.throughput = Infinity;
  }

  /** Whether frames of slow motion fade into each other, since none can be made between in time. */
  get fades() {
    return this.speed < 1 && !this.between;
  }

  get rate() {
    return Math.min(this.wantedRate, SUSTAINABLE * this.throughput);
  }

  /** Whether the server is too slow for the speed that is wanted. */
  get isSlow() {
    return this.rate < 0.9 * this.wantedRate;
  }

  /** Lets `seconds` pass, asks for frames if there will be too few, returns what to show. */
  tick(seconds, playing) {
    if (playing && this.frames.length) {
      this.passed += Math.min(seconds, LONGEST_TICK) * this.rate;
      while (this.passed >= 1 && this.frames.length > 1) {
        this.frames.shift();
        this.passed -= 1;
      }
      // With nothing to go on to, the last frame stays.
      this.passed = Math.min(this.passed, 1);
    }
    if (playing ? this.store() < this.wantedStore() : this.shownTake !== this.take) this.ask();
    const [frame, next] = this.frames;
    return frame ? { frame, next: next ?? frame, passed: this.passed } : null;
  }

  store() {
    if (this.shownTake !== this.take) return 0;
    return Math.max(0, this.frames.length - 1 - this.passed) / this.rate;
  }

  wantedStore() {
    return Math.min(Math.max(1.5 * this.delay + 0.03, LEAST_STORE), MOST_STORE);
  }

  ask() {
    if (this.asked || this.failed || this.socket.readyState !== WebSocket.OPEN) return;
    // Where answers take long, larger pieces keep up.
    const seconds = Math.min(Math.max(PIECE, 2 * this.delay), MOST_STORE);
    const wanted = Math.max(2, Math.round(seconds * this.wantedRate));
    const count = Math.min(wanted, this.model.most_frames_at_once);
    this.asked = { count, take: this.take, time: performance.now() };
    const speed = this.between ? Math.min(1, this.speed) : 1;
    this.socket.send(JSON.stringify({ ...this.settings(), speed, count, take: this.take }));
  }

  receive(data) {
    const { count, take, time } = this.asked ?? {};
    this.asked = null;
    if (typeof data === "string") {
      this.failed = take === this.take;
      this.on.error(JSON.parse(data).error);
      return;
    }
    if (take !== this.take) return;
    const position = new DataView(data).getUint32(4, true);
    if (take !== this.shownTake) {
      this.shownTake = take;
      this.frames = [];
      this.passed = 0;
    } else {
      this.measure(count, (performance.now() - time) / 1000);
    }
    const size = this.model.height * this.model.width * this.model.channels;
    for (let index = 0; index < count; index += 1) {
      const pixels = new Uint8Array(data, HEADER_BYTES + index * size, size);
      this.frames.push({ pixels, position: position + index });
    }
  }

  measure(count, seconds) {
    this.delay += 0.2 * (seconds - this.delay);
    const throughput = count / Math.max(seconds, 1e-3);
    const known = Number.isFinite(this.throughput) ? this.throughput : throughput;
    this.throughput = known + 0.2 * (throughput - known);
    this.numSlow = this.isSlow ? this.numSlow + 1 : 0;
    if (this.between && this.speed < 1 && this.numSlow >= PATIENCE) {
      this.between = false;
      this.throughput = Infinity;
    }
  }
}
