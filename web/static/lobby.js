// The lobby and its waiting rooms: shows only the fields that the choice needs, and goes to the match as
// soon as there is one. All of it works without this module too.

import { clockFace } from "./clock.js";
import { fill } from "./talk.js";

const LOOK_EVERY_MS = 1000;
const OFTEN_MS = 2000;
const RARELY_MS = 10000;

const OTHER = { attacker: "defender", defender: "attacker" };

/** Hides what the chosen language does not have, and programs that do not play the other side. */
function narrow(list, chosen) {
  for (const option of list.options) {
    const { languages, roles } = option.dataset;
    const speaks = !languages || languages.split(" ").includes(chosen.get("language"));
    const plays = !roles || roles.split(" ").includes(OTHER[chosen.get("role")] ?? roles.split(" ")[0]);
    option.hidden = option.disabled = !(speaks && plays);
  }
  if (list.selectedOptions[0]?.hidden) list.value = [...list.options].find((option) => !option.hidden)?.value ?? "";
}

/** Fields marked `data-for="agent person"` are shown, and sent, only while one of these is chosen. */
function chooseFields(form) {
  const update = () => {
    const chosen = new FormData(form);
    for (const part of form.querySelectorAll("[data-when]")) {
      const isOn = part.dataset.for.split(" ").includes(chosen.get(part.dataset.when));
      part.hidden = !isOn;
      for (const field of part.querySelectorAll("input, select")) field.disabled = !isOn;
    }
    for (const list of form.querySelectorAll("select")) narrow(list, chosen);
  };
  form.addEventListener("change", update);
  update();
}

/** Asks again and again where the search stands, and goes where it led. */
async function waitInQueue(room) {
  const began = performance.now() - Number(room.dataset.waitedMs);
  const place = room.querySelector("[data-elapsed]");
  setInterval(() => {
    place.textContent = fill(room.dataset.words, { time: clockFace(performance.now() - began) });
  }, 1000);
  for (;;) {
    await pause(LOOK_EVERY_MS);
    try {
      const answer = await fetch("/api/v1/lobby/queue", { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.status >= 500 || answer.status === 429) continue;
      const found = answer.ok ? await answer.json() : null;
      if (found?.match) location.assign(`/play/${encodeURIComponent(found.match)}`);
      else if (found === null || found.problem) location.reload();
      else continue;
      return;
    } catch {
      // the server is away for a moment: ask again
    }
  }
}

/** An open seat has no notice of its own: the page is asked whether it leads to a match by now. */
async function waitForGuest() {
  for (;;) {
    await pause(document.hidden ? RARELY_MS : OFTEN_MS);
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) location.assign(answer.url);
      else if (answer.status === 404) location.reload();
      else continue;
      return;
    } catch {
      // the server is away for a moment: ask again
    }
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

for (const form of document.querySelectorAll("form[data-chooses]")) chooseFields(form);
const queue = document.querySelector("#queue[data-waited-ms]");
if (queue) waitInQueue(queue);
if (document.querySelector("#seat[data-waits]")) waitForGuest();
