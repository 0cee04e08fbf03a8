// What every page gains from scripts: the theme changes at once, times are the reader's own, copying is one press,
// and what was done is said for a moment. Every page works without it.

const root = document.documentElement;
root.classList.add("has-script");

const YEAR = 31_536_000;

/** Says something for a few seconds, to eyes and to screen readers. */
export function toast(text) {
  const place = document.querySelector("#toasts");
  const message = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
  place.append(message);
  setTimeout(() => message.remove(), 4000);
}

/** Puts text on the clipboard and says so; where the browser refuses, the text is selected for the reader to copy. */
export async function copy(text, said, field = null) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    field?.select?.();
  }
}

function chooseTheme(event) {
  const button = event.target.closest("button[name=theme]");
  if (button === null) return;
  event.preventDefault();
  const theme = button.value;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme === "auto" ? 0 : YEAR;
  document.cookie = `taboo_theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  for (const other of event.currentTarget.querySelectorAll("button[name=theme]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
}

function showOwnTimes() {
  const spoken = root.lang.slice(0, 2);
  const own = navigator.languages.find((it) => it.startsWith(spoken)) ?? root.lang;
  const full = new Intl.DateTimeFormat(own, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(own, { dateStyle: "medium" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const then = new Date(time.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    time.title = time.textContent;
    time.textContent = (time.dataset.day === undefined ? full : day).format(then);
  }
}

document.querySelector("#themes")?.addEventListener("submit", chooseTheme);
document.querySelector("#themes")?.addEventListener("click", chooseTheme);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button === null) return;
  const field = document.querySelector(button.dataset.copies);
  copy(field.value ?? field.textContent, button.dataset.copied, field);
});
showOwnTimes();
