// The lobby and its waiting rooms: shows only the fields that the choice needs, copies a link, and goes to the match as
// soon as there is one. All of it works without this module too.

import { clockFace } from "./clock.js";
import { fill } from "./talk.js";

const LOOK_EVERY_MS = 1000;
const RARELY_MS = 5000;

/** Fields marked `data-for="agent person"` are shown, and sent, only while one of these is chosen. */
function chooseFields(form) {
  const update = () => {
    const chosen = new FormData(form);
    for (const part of form.querySelectorAll("[data-when]")) {
      const isOn = part.dataset.for.split(" ").includes(chosen.get(part.dataset.when));
      part.hidden = !isOn;
      for (const field of part.querySelectorAll("input, select")) field.disabled = !isOn;
    }
    for (const list of form.querySelectorAll("select[data-by-language]")) {
      for (const option of list.options) {
        option.hidden = Boolean(option.dataset.language) && option.dataset.language !== chosen.get("language");
      }
      if (list.selectedOptions[0]?.hidden) list.value = "";
    }
  };
  form.addEventListener("change", update);
  update();
}

function offerCopy(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = before;
    }, 2500);
  });
}

/** Asks again and again where the wish stands; `find` takes the answer and gives the match, or null while there is none. */
async function look(url, find, every) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, every));
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
      const match = answer.ok ? find(await answer.json()) : null;
      if (match) {
        location.assign(`/play/${encodeURIComponent(match)}`);
        return;
      }
      if (answer.status === 404) {
        location.reload();
        return;
      }
    } catch {
      // the server is away for a moment: ask again
    }
  }
}

function waitInQueue(room) {
  const began = performance.now() - Number(room.dataset.waitedMs);
  const place = room.querySelector("[data-elapsed]");
  setInterval(() => {
    place.textContent = fill(room.dataset.words, { time: clockFace(performance.now() - began) });
  }, 1000);
  look("/api/v1/lobby/queue", (queue) => queue?.match ?? null, LOOK_EVERY_MS);
}

/** An open seat has no notice of its own: the page is asked whether it leads to a match by now. */
async function waitForGuest(room) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? RARELY_MS : LOOK_EVERY_MS));
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) {
        location.assign(answer.url);
        return;
      }
      if (answer.status === 404) {
        location.reload();
        return;
      }
    } catch {
      // the server is away for a moment: ask again
    }
    if (!room.isConnected) return;
  }
}

for (const form of document.querySelectorAll("form[data-chooses]")) chooseFields(form);
for (const button of document.querySelectorAll("button[data-copy]")) offerCopy(button);
const queue = document.querySelector("#queue[data-waited-ms]");
if (queue) waitInQueue(queue);
const seat = document.querySelector("#seat[data-waits]");
if (seat) waitForGuest(seat);
