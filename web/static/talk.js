// The conversation of a match: an event becomes a line. Markup comes from the page's templates, words from its
// catalogue; everything that a player wrote is put in as text, never as markup.

/** The words with every {name} filled in. */
export function fill(words, values = {}) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** What the page knows and says, as the server wrote it into the page. */
export function readPage(root) {
  return JSON.parse(root.dataset.page);
}

/** The text cut at the hits, which count code points: `[["He ate ", false], ["an apple", true]]`. */
export function cut(text, hits = []) {
  const letters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const { start, end } of [...hits].sort((one, other) => one.start - other.start)) {
    if (start < at) continue;
    if (start > at) parts.push([letters.slice(at, start).join(""), false]);
    parts.push([letters.slice(start, end).join(""), true]);
    at = end;
  }
  if (at < letters.length || parts.length === 0) parts.push([letters.slice(at).join(""), false]);
  return parts;
}

const UNSEEN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** The text with what cannot be seen, or turns the text around, written out by number, as the server writes it. */
export function visible(text) {
  return text.replace(UNSEEN, (found) => `\u2039U+${found.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u203a`);
}

/** Who has scrolled up further than this many pixels is reading, and is left there. */
const NEAR_END = 80;
const HARMLESS = new Set(["fine", "unavailable"]);

export class Talk {
  /** `you` is the page's own role, or null for a spectator. `words` has the keys of `talk.*`. */
  constructor(root, { words, you }) {
    this.root = root;
    this.words = words;
    this.you = you;
    this.said = root.ownerDocument.querySelector("#template-said");
    this.note = root.ownerDocument.querySelector("#template-note");
    this.isAtEnd = true;
    root.addEventListener("scroll", () => {
      this.isAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END;
    });
    new ResizeObserver(() => this.isAtEnd && this.showNewest()).observe(root);
  }

  /** Adds the line of an event, where it has one, and keeps the newest in sight if it was. */
  add(event) {
    const line = event.type === "acted" ? this.#saidLine(event) : this.#noteLine(event);
    if (line === null) return;
    this.root.querySelector("[data-empty]")?.remove();
    this.root.append(line);
    if (this.isAtEnd || event.role === this.you) this.showNewest();
  }

  showNewest() {
    this.root.scrollTop = this.root.scrollHeight;
  }

  #name(role) {
    return this.words[role === this.you ? `you_${role}` : role];
  }

  #saidLine(event) {
    const line = this.said.content.cloneNode(true).firstElementChild;
    line.dataset.role = event.role;
    line.dataset.seq = event.seq;
    line.classList.toggle("is-mine", event.role === this.you);
    const who = line.querySelector("[data-who]");
    who.textContent = this.#name(event.role);
    who.classList.add(event.role);
    line.querySelector("[data-turn]").textContent = fill(this.words.turn, { turn: event.turn });
    this.#putText(line.querySelector("[data-text]"), event);
    this.#putGuess(line.querySelector("[data-guess]"), event);
    this.#putNotes(line.querySelector("[data-notes]"), event);
    return line;
  }

  #putText(place, { text, guess, hits }) {
    if (text === null) {
      place.textContent = this.words.erased;
      place.classList.add("is-erased");
    } else if (text === "" && guess !== null) {
      place.remove();
    } else {
      for (const [piece, isHit] of cut(text, hits)) {
        if (isHit) place.append(Object.assign(document.createElement("mark"), { textContent: visible(piece) }));
        else place.append(visible(piece));
      }
    }
  }

  #putGuess(place, { guess, right }) {
    if (guess === null || guess === undefined) {
      place.remove();
      return;
    }
    place.dataset.right = String(right);
    place.querySelector("[data-guess-word]").textContent = visible(guess);
    place.querySelector("[data-guess-result]").textContent = this.words[right ? "guess_right" : "guess_wrong"];
  }

  #putNotes(place, { rulings, hits }) {
    const notes = [];
    for (const { judge, label } of rulings ?? []) {
      if (HARMLESS.has(label)) continue;
      const why = this.words[`label_${label}`] ?? label;
      notes.push(`${fill(this.words.ruling, { judge, why })} ${this.words.on_ruling}`);
    }
    for (const rule of new Set((hits ?? []).map((hit) => hit.rule))) {
      const how = this.words[`rule_${rule}`];
      if (how) notes.push(fill(this.words.watched, { how }));
    }
    for (const note of notes) {
      place.append(Object.assign(document.createElement("li"), { textContent: note }));
    }
    if (notes.length === 0) place.remove();
  }

  #noteLine(event) {
    const text = this.#noteText(event);
    if (text === null) return null;
    const line = this.note.content.cloneNode(true).firstElementChild;
    line.dataset.seq = event.seq;
    line.querySelector("[data-text]").textContent = text;
    return line;
  }

  #noteText(event) {
    const who = event.role ? this.#name(event.role) : "";
    if (event.type === "refused" && event.why) {
      return fill(this.words.refused_why, { who, why: this.words[`why_${event.why}`] });
    }
    if (event.type === "refused") return fill(this.words.refused, { who });
    if (event.type === "left") return fill(this.words[`left_${event.how}`], { who });
    return this.words[event.type] ?? null;
  }
}
