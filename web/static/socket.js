// One seat of one match over a WebSocket: says who we are, asks for what we missed, keeps the connection alive, and
// comes back by itself. What the messages mean for the page is not known here.

const PATH = "/api/v1/socket";
const PROTOCOL = "taboo.v1+json";
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15000;
const OPENING_MS = 10000;
const PROBE_MS = 4000;
const UNAUTHORIZED = 4001;
const GOODBYE = 1000;

/** Full jitter: anything from nothing to the bound, which doubles with every attempt. */
export function waitBefore(attempt, random = Math.random) {
  return random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
}

/** A name for something that is sent: unique, and safe in every field that takes one. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An answer of the ticket office that no second try would change. */
class TicketRefused extends Error {
  constructor(status) {
    super(`no ticket: ${status}`);
    this.status = status;
  }
}

/**
 * Events: `status` (detail: {is: "connecting" | "live" | "lost" | "refused", code, waitMs}) and `message` (detail: a
 * message of the server about the match). `closes` maps close codes to {reason, comes_back}.
 */
export class SeatSocket extends EventTarget {
  constructor({ match, csrf, closes, seq }) {
    super();
    this.match = match;
    this.csrf = csrf;
    this.closes = closes;
    this.seq = seq;
    this.pending = null;
    this.attempt = 0;
    this.isLive = false;
    this.isDone = false;
    this.ticketsRefused = 0;
    this.heartbeatMs = 15000;
    addEventListener("online", () => this.#comeBackNow());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#comeBackNow();
    });
  }

  start() {
    this.#connect();
  }

  /** No more connections: the match is over, or the page goes. */
  stop() {
    this.isDone = true;
    this.#forget();
    this.socket?.close(GOODBYE);
  }

  /** Sends an action, and sends it again with the same id after every loss until it is acknowledged. */
  act(turn, data, id = freshId()) {
    this.pending = { type: "turn.action", id, match: this.match, turn, data };
    if (this.isLive) this.#send(this.pending);
    return id;
  }

  resign() {
    this.pending = { type: "turn.resign", id: freshId(), match: this.match };
    if (this.isLive) this.#send(this.pending);
  }

  /** The server has dealt with what was sent. */
  settle(id) {
    if (this.pending?.id === id) this.pending = null;
  }

  #send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #connect() {
    if (this.isDone || this.isConnecting) return;
    this.#forget();
    this.isConnecting = true;
    this.#tell("status", { is: "connecting" });
    try {
      this.#open(await this.#ticket());
    } catch (problem) {
      if (problem instanceof TicketRefused) this.#refuse(problem.status);
      else this.#lose();
    }
  }

  async #ticket() {
    const answer = await fetch("/api/v1/tickets", {
      method: "POST",
      headers: { "X-CSRF-Token": this.csrf, Accept: "application/json" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(OPENING_MS),
    });
    if ([401, 403].includes(answer.status)) throw new TicketRefused(answer.status);
    if (!answer.ok) throw new Error(`ticket: ${answer.status}`);
    return (await answer.json()).ticket;
  }

  #open(ticket) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${PATH}`, PROTOCOL);
    this.socket = socket;
    this.patience = setTimeout(() => this.#drop(), OPENING_MS);
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.socket) this.#hear(JSON.parse(data), ticket);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.socket) this.#closed(code);
    });
  }

  #hear(message, ticket) {
    this.heardAt = performance.now();
    if (message.type === "hello") {
      this.heartbeatMs = message.data.heartbeat_ms || this.heartbeatMs;
      this.#send({ type: "identify", id: freshId(), data: { ticket, match: this.match } });
    } else if (message.type === "ready") {
      this.#send({ type: "resume", id: freshId(), data: { matches: [{ match: this.match, seq: this.seq }] } });
    } else if (message.type === "ping") {
      this.#send({ type: "pong", id: message.data.id });
    } else if (message.type === "resumed") {
      this.#settled();
      this.#tell("message", message);
    } else if (message.type !== "pong") {
      if (message.type === "match.event") this.#follow(message);
      else this.#tell("message", message);
    }
  }

  /** Events come in order, each once; a gap means that something was lost on the way, so we ask for it again. */
  #follow(message) {
    if (message.seq <= this.seq) return;
    if (message.prev > this.seq) {
      this.#drop();
      return;
    }
    this.seq = message.seq;
    this.#tell("message", message);
  }

  #settled() {
    this.isConnecting = false;
    this.isLive = true;
    this.attempt = 0;
    this.ticketsRefused = 0;
    clearTimeout(this.patience);
    clearInterval(this.pulse);
    this.pulse = setInterval(() => this.#beat(), this.heartbeatMs);
    this.#tell("status", { is: "live" });
    if (this.pending) this.#send(this.pending);
  }

  /** A connection that is silent for two heartbeats and more is dead, whatever the browser believes. */
  #beat() {
    if (performance.now() - this.heardAt > 2.5 * this.heartbeatMs) this.#drop();
    else this.#send({ type: "ping", id: freshId() });
  }

  /** Gives the connection up without waiting for the other side to agree. */
  #drop() {
    const socket = this.socket;
    if (this.isDone || !socket) return;
    this.socket = null;
    socket.close();
    this.#lose();
  }

  #closed(code) {
    this.socket = null;
    if (this.isDone) return;
    const meaning = this.closes[code];
    const isStaleTicket = code === UNAUTHORIZED && this.ticketsRefused++ < 2;
    if (meaning && !meaning.comes_back && !isStaleTicket) this.#refuse(code);
    else this.#lose(code);
  }

  #refuse(code) {
    this.isDone = true;
    this.#forget();
    this.#tell("status", { is: "refused", code });
  }

  #lose(code) {
    this.#forget();
    const waitMs = waitBefore(this.attempt++);
    this.#tell("status", { is: "lost", code, waitMs });
    this.again = setTimeout(() => this.#connect(), waitMs);
  }

  #comeBackNow() {
    if (this.isDone || this.isConnecting) return;
    if (this.isLive) this.#probe();
    else if (!this.socket) this.#connect();
  }

  /** A machine that slept may hold a connection that the other side gave up long ago. */
  #probe() {
    const asked = performance.now();
    this.#send({ type: "ping", id: freshId() });
    setTimeout(() => {
      if (this.isLive && this.heardAt < asked) this.#drop();
    }, PROBE_MS);
  }

  #forget() {
    this.isLive = false;
    this.isConnecting = false;
    clearTimeout(this.patience);
    clearTimeout(this.again);
    clearInterval(this.pulse);
  }
}
