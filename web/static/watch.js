// The watch page: follows a live match by server-sent events. The browser itself comes back after a loss and says which
// event it saw last.

import { bringEnding } from "./ending.js";
import { Talk, fill, readPage } from "./talk.js";

const COUNT_EVERY_MS = 10000;

function follow(root) {
  const page = readPage(root);
  const talk = new Talk(root.querySelector("#talk"), { words: page.words, you: null });
  let { seq } = page;
  talk.showNewest();

  const stream = new EventSource(page.stream);
  const banner = root.querySelector("#banner");
  const lost = (is) => {
    banner.hidden = !is;
    banner.textContent = is ? page.words.lost : "";
    root.dataset.connection = is ? "lost" : "live";
  };
  stream.addEventListener("open", () => {
    lost(false);
    count(root, page);
  });
  stream.addEventListener("error", () => {
    lost(true);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  stream.addEventListener("match.event", ({ data }) => {
    const event = JSON.parse(data);
    if (event.seq <= seq) return;
    seq = event.seq;
    talk.add(event);
    if (event.type === "acted") showTurn(root, page, event);
  });
  stream.addEventListener("match.end", async () => {
    stream.close();
    clearInterval(counting);
    await bringEnding(root);
  });
  const counting = setInterval(() => count(root, page), COUNT_EVERY_MS);
}

function showTurn(root, page, event) {
  const turn = Math.min(event.role === "defender" ? event.turn + 1 : event.turn, page.max_turns);
  root.querySelector("#turn-count").textContent = fill(page.words.turn_of, { turn, turns: page.max_turns });
  const next = event.role === "defender" ? "attacker" : "defender";
  root.querySelector("#whose").textContent = page.words[`watch_${next}`];
}

async function count(root, page) {
  try {
    const answer = await fetch(page.about, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { watchers } = await answer.json();
    if (watchers === undefined) return;
    root.querySelector("#watchers").textContent = fill(page.words[watchers === 1 ? "watcher" : "watchers"], { watchers });
  } catch {
    // the count is a nicety: the next one may come through
  }
}

const root = document.querySelector("#watch[data-page]");
if (root && root.dataset.over !== "true") follow(root);
