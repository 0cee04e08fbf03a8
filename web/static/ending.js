// When a match is over the server knows who sat, what the word was and what decided it: its page is taken over as it is.

import { waitBefore } from "./socket.js";

const TRIES = 8;

/** Replaces the content of `root` by what the server shows now, and moves the focus to the verdict. */
export async function bringEnding(root) {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const ending = await fetchEnding(root.id);
    if (ending) {
      for (const name of root.getAttributeNames()) if (name !== "id") root.removeAttribute(name);
      for (const { name, value } of ending.attributes) root.setAttribute(name, value);
      root.replaceChildren(...ending.childNodes);
      const heading = root.querySelector("#verdict");
      heading?.focus();
      heading?.scrollIntoView({ block: "nearest" });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, waitBefore(attempt)));
  }
  location.reload();
}

async function fetchEnding(id) {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(id);
    return found?.dataset.over === "true" ? found : null;
  } catch {
    return null;
  }
}
