// The box for what is said: counts characters as the rules do (code points), sends on Enter, and loses nothing. What is
// typed survives a reload, and what was sent but not acknowledged is kept to be sent again with the same id.

import { fill } from "./talk.js";

function kept(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // a browser that keeps nothing plays all the same
  }
}

export class Composer {
  constructor(form, { match, maxChars, words, send }) {
    this.form = form;
    this.box = form.elements.namedItem("text");
    this.button = form.querySelector("button");
    this.count = form.querySelector("[data-count]");
    this.maxChars = maxChars;
    this.words = words;
    this.send = send;
    this.draftKey = `taboo.draft.${match}`;
    this.sentKey = `taboo.sent.${match}`;
    if (!this.box.value) this.box.value = kept(this.draftKey) ?? "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.box.addEventListener("input", () => this.#changed());
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.#changed();
  }

  text() {
    return this.box.value.trim();
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Typing ahead is always welcome; only sending waits for the turn. */
  enable(isOn) {
    this.isOn = isOn;
    this.#changed();
  }

  /** Empties the box, unless something else was typed since. */
  clear(sent) {
    if (this.text() === sent.trim()) this.box.value = "";
    this.#changed();
  }

  unacknowledged() {
    return JSON.parse(kept(this.sentKey) ?? "null");
  }

  rememberUnacknowledged(sent) {
    keep(this.sentKey, JSON.stringify(sent));
  }

  forgetUnacknowledged() {
    keep(this.sentKey, "");
  }

  /** The match is over: nothing of it stays in this browser. */
  forget() {
    keep(this.draftKey, "");
    keep(this.sentKey, "");
  }

  #submit() {
    const text = this.text();
    if (text !== "" && !this.#isTooLong()) this.send(text);
    else this.box.focus();
  }

  #length() {
    return Array.from(this.text()).length;
  }

  #isTooLong() {
    return this.#length() > this.maxChars;
  }

  #changed() {
    const isTooLong = this.#isTooLong();
    this.count.textContent = `${this.#length()} / ${this.maxChars}`;
    this.count.dataset.over = String(isTooLong);
    this.box.setAttribute("aria-invalid", String(isTooLong));
    this.box.setCustomValidity(isTooLong ? fill(this.words.too_long, { most: this.maxChars }) : "");
    this.button.disabled = !this.isOn || isTooLong || this.text() === "";
    keep(this.draftKey, this.box.value);
  }
}
