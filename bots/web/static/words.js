// What a person wrote, cut to a few lines where it is long, and the buttons under an entry.

import { say } from "./data.js";
import { icon, make } from "./dom.js";

const LONG = 280; // characters

export function prompt(text) {
  const words = make("p", { class: "prompt", dir: "auto" }, text);
  if (text.length <= LONG && text.split("\n").length <= 4) return words;
  words.classList.add("cut");
  const more = make("button", { type: "button", class: "more", "aria-expanded": "false" }, say("web-more"));
  more.addEventListener("click", () => {
    const cut = words.classList.toggle("cut");
    more.textContent = say(cut ? "web-more" : "web-less");
    more.setAttribute("aria-expanded", String(!cut));
  });
  return make("div", { class: "long" }, words, more);
}

const CHANGES = new Set(["fit", "fewer", "shorter", "briefer"]);

/** A quiet button; `act` gets the button as the server named it. */
export function button(view, act) {
  const element = make("button", { type: "button", class: "quiet", "data-action": view.action }, icon(CHANGES.has(view.action) ? "use" : view.action), view.label);
  element.addEventListener("click", () => act(view, element));
  return element;
}

export function download(picture) {
  return make("a", { class: "quiet", href: picture.url, download: picture.filename, "data-action": "download" }, icon("download"), say("web-download"));
}
