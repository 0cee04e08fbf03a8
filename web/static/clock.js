// A seat's clock as the page shows it: the turn's own time first, then the bank. The server keeps the real one.

const STEP_MS = 200;
export const THRESHOLDS = [30, 10, 5];

/** Minutes and seconds, rounded up, so that 0:00 means that nothing is left. */
export function clockFace(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The thresholds (in seconds) passed between two readings of what is left (in milliseconds). */
export function passed(before, after) {
  return THRESHOLDS.filter((seconds) => before > seconds * 1000 && after <= seconds * 1000);
}

/** `announce(seconds)` is called once as each threshold is passed. */
export class Clock {
  constructor(root, { turnMs, bankMs, announce }) {
    this.root = root;
    this.turnMs = turnMs;
    this.fullBankMs = bankMs;
    this.bankMs = bankMs;
    this.announce = announce;
    this.turn = { bar: root.querySelector("[data-turn-bar]"), text: root.querySelector("[data-turn-text]") };
    this.bank = { bar: root.querySelector("[data-bank-bar]"), text: root.querySelector("[data-bank-text]") };
  }

  /** Time runs: `msLeft` in all, of which `bankMs` is the bank as it stood when the turn began. */
  run(msLeft, bankMs) {
    clearInterval(this.timer);
    this.bankMs = bankMs;
    this.until = performance.now() + msLeft;
    this.last = msLeft;
    this.root.dataset.runs = "true";
    this.timer = setInterval(() => this.#step(), STEP_MS);
    this.#show(msLeft);
  }

  /** Time stands still, with a whole turn and this bank to come. */
  stand(bankMs = this.bankMs) {
    clearInterval(this.timer);
    this.bankMs = bankMs;
    this.root.dataset.runs = "false";
    this.#show(this.turnMs + bankMs);
  }

  /** Time stands still where it is: nobody knows what the server's clock says. */
  freeze() {
    clearInterval(this.timer);
    this.root.dataset.runs = "false";
  }

  #step() {
    const left = Math.max(0, this.until - performance.now());
    const said = passed(this.last, left);
    if (said.length) this.announce(said.at(-1));
    this.last = left;
    this.#show(left);
  }

  #show(left) {
    const turn = Math.max(0, left - this.bankMs);
    const bank = Math.min(left, this.bankMs);
    this.turn.bar.value = turn;
    this.turn.text.textContent = clockFace(turn);
    this.bank.bar.value = bank;
    this.bank.text.textContent = clockFace(bank);
    this.root.dataset.level = left <= 10000 ? "low" : left <= 30000 ? "short" : "fine";
    this.root.dataset.phase = turn > 0 ? "turn" : "bank";
  }
}
