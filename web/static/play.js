// The play page: one seat, its conversation, its clock, and the ways to act. Without this module the page's forms do the
// same by plain posts.

import { Clock } from "./clock.js";
import { Composer } from "./composer.js";
import { confirmed } from "./dialogs.js";
import { bringEnding } from "./ending.js";
import { SeatSocket } from "./socket.js";
import { Talk, fill, readPage } from "./talk.js";

const CRAMPED_HEIGHT = 460;
const CRAMPED_WIDTH = 700;
const NOT_COUNTED = new Set(["not_your_turn", "stale_turn", "duplicate", "suspended", "ended", "busy"]);

class Table {
  constructor(root) {
    this.root = root;
    this.page = readPage(root);
    this.words = this.page.words;
    this.turn = this.page.turn;
    this.isAsked = this.page.is_asked;
    this.banks = { ...this.page.banks };
    this.since = this.page.since;
    this.find = (selector) => root.querySelector(selector);
    this.talk = new Talk(this.find("#talk"), { words: this.words, you: this.page.role });
    this.clock = new Clock(this.find("#clock"), {
      turnMs: this.page.turn_ms,
      bankMs: this.page.bank_ms,
      announce: (seconds) => this.announce(fill(this.words.seconds_left, { seconds })),
    });
    this.composer = new Composer(this.find("#composer"), {
      match: this.page.match,
      maxChars: this.page.max_chars,
      words: this.words,
      send: (text) => this.say(text),
    });
    this.socket = new SeatSocket({
      match: this.page.match,
      csrf: this.page.csrf,
      closes: this.page.closes,
      seq: this.page.seq,
    });
  }

  start() {
    this.socket.addEventListener("status", ({ detail }) => this.connection(detail));
    this.socket.addEventListener("message", ({ detail }) => this.hear(detail));
    this.find("#guess")?.addEventListener("submit", (event) => this.guess(event));
    this.find("#resign")?.addEventListener("submit", (event) => this.resign(event));
    this.talk.showNewest();
    const unsent = this.composer.unacknowledged();
    if (unsent && this.isAsked && unsent.turn === this.turn) this.send(unsent.data, unsent.id);
    else this.composer.forgetUnacknowledged();
    this.show();
    if (this.isAsked) this.clock.run(this.page.ms_left, this.banks[this.page.role]);
    else this.clock.stand(this.banks[this.page.role]);
    if (this.isAsked && matchMedia("(hover: hover)").matches) this.composer.focus();
    this.socket.start();
  }

  // --- what the seat does ---

  say(text) {
    if (this.mayAct()) this.send({ text, guess: null });
  }

  async guess(event) {
    event.preventDefault();
    const field = event.target.elements.namedItem("guess");
    const word = field.value.trim();
    if (!word || !this.mayAct()) return;
    const dialog = this.find("#guess-dialog");
    dialog.querySelector("[data-word]").textContent = word;
    const along = dialog.querySelector("[data-along]");
    const unsent = this.composer.text();
    along.hidden = unsent === "";
    along.querySelector("[data-unsent]").textContent = unsent;
    along.querySelector("input").checked = false;
    if (!(await confirmed(dialog)) || !this.mayAct()) return;
    const text = along.querySelector("input").checked ? unsent : "";
    this.send({ text, guess: word });
    field.value = "";
  }

  async resign(event) {
    event.preventDefault();
    if (await confirmed(this.find("#resign-dialog"))) this.socket.resign();
  }

  mayAct() {
    if (this.isAsked && !this.sending) return true;
    this.announce(this.words[this.sending ? "still_sending" : "not_your_turn"]);
    return false;
  }

  send(data, id) {
    this.refusal("");
    this.sending = { data, turn: this.turn, id: this.socket.act(this.turn, data, id) };
    this.composer.rememberUnacknowledged(this.sending);
    this.show();
  }

  settle() {
    this.socket.settle(this.sending?.id);
    this.composer.forgetUnacknowledged();
    this.sending = null;
  }

  // --- what the server says ---

  hear(message) {
    const heard = {
      "match.event": () => this.follow(message.data),
      "turn.request": () => this.asked(message),
      "turn.ack": () => this.acknowledged(message.data),
      "match.end": () => this.end(),
      "peer.gone": () => this.peer(fill(this.words.peer_gone, { seconds: Math.round(message.data.grace_ms / 1000) })),
      "peer.back": () => this.peer(""),
      draining: () => this.banner(this.words.draining, "calm"),
      error: () => this.trouble(message.data),
      resume_failed: () => (message.data.reason === "ended" ? this.end() : location.reload()),
    }[message.type];
    heard?.();
  }

  follow(event) {
    this.talk.add(event);
    if (event.type !== "acted") return;
    const overtime = event.at - this.since - this.page.turn_ms;
    if (overtime > 0) this.banks[event.role] -= overtime;
    this.since = event.at;
    if (event.role === this.page.role) {
      this.isAsked = false;
      this.clock.stand(this.banks[event.role]);
    } else {
      this.peer("");
    }
    this.turn = event.role === "defender" ? event.turn + 1 : event.turn;
    this.show();
  }

  asked({ turn, data }) {
    const isNew = !this.isAsked;
    this.turn = turn;
    this.isAsked = true;
    this.page.guesses_left = data.guesses_left;
    this.clock.run(data.ms_left, this.banks[this.page.role]);
    this.show();
    if (isNew) this.welcome();
  }

  /** The turn has come: say so once, and offer the box, unless the person is busy elsewhere. */
  welcome() {
    document.title = `\u25CF ${this.page.title}`;
    const busy = document.querySelector("dialog[open]") || this.root.contains(document.activeElement);
    if (!busy && matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  acknowledged({ id, status, reason, attempts_left: left }) {
    if (id !== this.sending?.id) return;
    const { data: said, turn } = this.sending;
    this.settle();
    if (status === "rejected") {
      this.refused(reason, left);
    } else {
      if (said.text !== "") this.composer.clear(said.text);
      // After a lost connection the next turn may have come before this acknowledgement of the last one.
      if (turn === this.turn) {
        this.isAsked = false;
        this.clock.stand(this.banks[this.page.role]);
      }
    }
    this.show();
  }

  refused(reason, left) {
    if (reason === "ended") {
      this.end();
      return;
    }
    const why = this.words[`why_${reason}`] ?? reason;
    if (NOT_COUNTED.has(reason)) this.refusal(why);
    else this.refusal(`${why} ${left === 0 ? this.words.refused_last : this.words.refused_first}`);
    this.composer.focus();
  }

  trouble({ id, message }) {
    if (id && id === this.sending?.id) this.settle();
    this.refusal(message);
    this.show();
  }

  async end() {
    this.socket.stop();
    this.clock.freeze();
    this.composer.forget();
    this.find("#banner").hidden = true;
    document.title = this.page.title;
    await bringEnding(this.root);
  }

  connection({ is, code }) {
    this.root.dataset.connection = is;
    this.isLost = is === "lost";
    if (is === "live") this.banner("");
    if (is === "lost") {
      this.clock.freeze();
      this.banner(this.words.lost, "trouble");
    }
    if (is === "refused") {
      this.clock.freeze();
      this.isAsked = false;
      this.banner(this.words[`close_${code}`] ?? this.words.close_other, "trouble");
    }
    this.show();
  }

  // --- what the person sees ---

  show() {
    const { words, page } = this;
    const isMine = this.isAsked && !this.sending;
    this.root.dataset.turn = isMine ? "mine" : "theirs";
    if (!isMine) document.title = page.title;
    this.find("#turn-count").textContent = fill(words.turn_of, { turn: Math.min(this.turn, page.max_turns), turns: page.max_turns });
    this.put("#whose", this.sending ? words.sending : isMine ? words[`your_turn_${page.role}`] : words[`wait_${page.role}`]);
    this.composer.enable(isMine);
    const guess = this.find("#guess");
    if (!guess) return;
    guess.querySelector("button").disabled = !isMine || page.guesses_left === 0;
    this.put("#guesses-left", fill(words[page.guesses_left === 1 ? "guess_left" : "guesses_left"], { guesses: page.guesses_left }));
  }

  /** Puts words where they are not yet, so that a screen reader is not told the same twice. */
  put(selector, text) {
    const place = this.find(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }

  banner(text, kind = "trouble") {
    const banner = this.find("#banner");
    banner.dataset.kind = kind;
    banner.hidden = text === "";
    this.put("#banner", text);
  }

  peer(text) {
    this.find("#peer").hidden = text === "";
    this.put("#peer", text);
  }

  refusal(text) {
    this.find("#refusal").hidden = text === "";
    this.put("#refusal", text);
  }

  announce(text) {
    const place = this.find("#announcer");
    place.textContent = "";
    requestAnimationFrame(() => {
      place.textContent = text;
    });
  }
}

/** Keeps the board inside what the keyboard of a phone leaves to see; says when that is little. */
function fit(root) {
  const view = window.visualViewport;
  const measure = () => {
    if (view && view.scale > 1.05) return;
    const seen = Math.round(view?.height ?? innerHeight);
    document.documentElement.style.setProperty("--seen", `${seen}px`);
    root.dataset.cramped = String(seen < CRAMPED_HEIGHT && innerWidth < CRAMPED_WIDTH);
  };
  (view ?? window).addEventListener("resize", measure);
  measure();
}

const root = document.querySelector("#play[data-page]");
if (root) {
  fit(root);
  new Table(root).start();
}
