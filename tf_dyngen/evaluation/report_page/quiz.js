/** Returns numbers in [0, 1): by chance, or always the same ones after #seed=NUMBER. */
function randomNumbers() {
  const found = /^#seed=(\d+)$/.exec(location.hash);
  if (!found) {
    return () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
  }
  // Mulberry32.
  let state = Number(found[1]) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the 95 % interval of a share (Wilson 1927). */
function interval(right, total) {
  const z = 1.959964;
  const share = right / total;
  const weight = 1 + (z * z) / total;
  const middle = (share + (z * z) / (2 * total)) / weight;
  const spread = Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return [middle - (z * spread) / weight, middle + (z * spread) / weight];
}

function percent(share) {
  return `${Math.round(100 * share)}%`;
}

/** Returns what a share of right answers says; guessing gives one half. */
function meaning(low, high) {
  if (low > 0.5) {
    return "That is more than guessing gives: you can tell these new videos from real ones.";
  }
  if (high < 0.5) {
    return "That is less than guessing gives: you see a difference, but take the new ones for real.";
  }
  return (
    "Guessing gives 50%, which lies within the interval: these answers do not show that you can " +
    "tell new from real. Nor do they show that you cannot; more answers make the interval narrower."
  );
}

class Quiz {
  constructor() {
    this.random = randomNumbers();
    this.player = new Player(element("quiz-play"));
    this.choices = [...document.querySelectorAll(".choice")];
    this.totals = new Map();
    this.choices.forEach((button, side) =>
      button.addEventListener("click", () => this.answer(side)),
    );
    element("quiz-begin").addEventListener("click", () => this.begin());
    element("quiz-again").addEventListener("click", () => this.begin());
    element("quiz-stop").addEventListener("click", () => this.leave());
    element("quiz-other").addEventListener("click", () => this.leave());
    element("quiz").addEventListener("keydown", (event) => this.pressed(event));
    element("quiz").hidden = false;
  }

  async begin() {
    this.source = videos.quiz[element("quiz-source").selectedIndex];
    this.real = await loaded(videos.sheets[0]);
    this.fresh = await Promise.all(this.source.videos.map((one) => loaded(videos.sheets[one])));
    const shortest = Math.min(...[this.real, ...this.fresh].map((sheet) => sheet.num_frames));
    this.length = Math.min(videos.excerpt, shortest);
    this.answers = [];
    if (comparison) {
      comparison.pause();
    }
    element("quiz-said").textContent = "";
    this.turnTo("quiz-pair");
    this.ask();
    if (stillsWanted) {
      this.player.pause();
    } else {
      this.player.play();
    }
  }

  /** Shows the next pair. */
  ask() {
    element("quiz-number").textContent =
      `Pair ${this.answers.length + 1} of ${videos.numPairs}: which one is real?`;
    this.realSide = this.random() < 0.5 ? 0 : 1;
    const fresh = this.fresh[Math.floor(this.random() * this.fresh.length)];
    const tracks = this.choices.map((button, side) => {
      const sheet = side === this.realSide ? this.real : fresh;
      const first = Math.floor(this.random() * (sheet.num_frames - this.length + 1));
      return { canvas: button.querySelector("canvas"), sheet, first };
    });
    this.player.position = 0;
    this.player.show(tracks, this.length);
    element("quiz-number").focus();
  }

  answer(side) {
    this.answers.push(side === this.realSide);
    const number = this.answers.length;
    const told = this.answers[number - 1] ? "right" : "wrong";
    element("quiz-said").textContent = element("quiz-tells").checked
      ? `Pair ${number}: ${told}.`
      : "";
    if (number < videos.numPairs) {
      this.ask();
    } else {
      this.finish();
    }
  }

  finish() {
    this.player.pause();
    const [right, total] = [this.answers.filter(Boolean).length, this.answers.length];
    const [low, high] = interval(right, total);
    element("quiz-score").textContent = `${right} of ${total} right`;
    element("quiz-interval").textContent =
      `That is ${percent(right / total)}, with a 95% interval of ${percent(low)} to ${percent(high)}.`;
    element("quiz-meaning").textContent = meaning(low, high);
    element("quiz-answers").replaceChildren(
      ...this.answers.map((isRight, index) => {
        const item = document.createElement("li");
        item.className = isRight ? "good" : "poor";
        item.textContent = `${index + 1} ${isRight ? "✓ right" : "✗ wrong"}`;
        return item;
      }),
    );
    this.addUp(right, total);
    this.turnTo("quiz-result");
    element("quiz-score").focus();
  }

  /** Says what all rounds with videos of one kind come to, from the second on. */
  addUp(right, total) {
    const before = this.totals.get(this.source) ?? [0, 0];
    const all = [before[0] + right, before[1] + total];
    this.totals.set(this.source, all);
    const [low, high] = interval(...all);
    element("quiz-all").textContent = before[1]
      ? `All rounds with ${this.source.name} together: ${all[0]} of ${all[1]}, ` +
        `${percent(all[0] / all[1])}, interval ${percent(low)} to ${percent(high)}.`
      : "";
  }

  leave() {
    this.player.pause();
    element("quiz-said").textContent = "";
    this.turnTo("quiz-start");
    element("quiz-begin").focus();
  }

  turnTo(shown) {
    for (const id of ["quiz-start", "quiz-pair", "quiz-result"]) {
      element(id).hidden = id !== shown;
    }
  }

  pressed(event) {
    const side = { ArrowLeft: 0, 1: 0, ArrowRight: 1, 2: 1 }[event.key];
    const withOthers = event.ctrlKey || event.altKey || event.metaKey || event.repeat;
    if (side === undefined || withOthers || element("quiz-pair").hidden) {
      return;
    }
    event.preventDefault();
    this.answer(side);
  }
}

if (element("quiz")) {
  new Quiz();
}
