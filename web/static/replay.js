// The replay of a match: the conversation up to a step, moved by buttons, a slider and the arrow keys, at any speed.
// Without it the page shows the whole conversation.

import { fill } from "./talk.js";

const BASE_MS = 700;
const MS_PER_LETTER = 28;
const LONGEST_MS = 6000;

/** How long a line stays before the next one comes, at speed 1: the longer, the longer. */
export function readingTime(text) {
  return Math.min(BASE_MS + MS_PER_LETTER * text.trim().length, LONGEST_MS);
}

class Replay {
  #timer = 0;

  constructor(root) {
    this.root = root;
    this.lines = [...root.querySelectorAll("[data-line]")];
    this.slider = root.querySelector("[data-slider]");
    this.at = root.querySelector("[data-at]");
    this.speed = root.querySelector("[data-speed]");
    this.button = root.querySelector('[data-go="play"]');
    this.step = this.lines.length;
    this.#show();
    root.addEventListener("click", (event) => {
      const way = event.target.closest("[data-go]")?.dataset.go;
      if (way) this.go(way);
    });
    this.slider.addEventListener("input", () => this.#to(Number(this.slider.value)));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get isPlaying() {
    return this.#timer !== 0;
  }

  go(way) {
    if (way === "play") {
      if (this.isPlaying) this.#stop();
      else this.#play();
      return;
    }
    const last = this.lines.length;
    this.#to({ first: 0, back: this.step - 1, on: this.step + 1, last }[way]);
  }

  /** Goes to a step; whoever chooses one by hand stops the playing. */
  #to(step, { isByHand = true } = {}) {
    if (isByHand) this.#stop();
    this.step = Math.max(0, Math.min(this.lines.length, step));
    this.#show();
  }

  #show() {
    this.lines.forEach((line, place) => {
      line.hidden = place >= this.step;
      line.classList.toggle("is-newest", place === this.step - 1 && this.step < this.lines.length);
    });
    this.slider.value = String(this.step);
    const where = fill(this.root.dataset.step, { step: this.step, steps: this.lines.length });
    this.at.textContent = where;
    this.slider.setAttribute("aria-valuetext", where);
  }

  #play() {
    if (this.step >= this.lines.length) this.#to(0);
    const next = () => {
      this.#to(this.step + 1, { isByHand: false });
      this.lines[this.step - 1]?.scrollIntoView({ block: "nearest" });
      if (this.step >= this.lines.length) this.#stop();
      else this.#timer = setTimeout(next, this.#wait());
    };
    this.#timer = setTimeout(next, 250);
    this.button.textContent = this.root.dataset.pause;
  }

  #wait() {
    return readingTime(this.lines[this.step - 1]?.textContent ?? "") / Number(this.speed.value);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.button.textContent = this.root.dataset.play;
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea, button, a, summary, [contenteditable]")) return;
    const way = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last", " ": "play" }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    this.go(way);
  }
}

const root = document.querySelector("#replay");
if (root !== null && root.querySelector("[data-line]") !== null) new Replay(root);
