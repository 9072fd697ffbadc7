// What stands in the column beside jobs: words on their way, and answers in words.

import { countDown } from "./countdown.js";
import { say, sizes } from "./data.js";
import { make } from "./dom.js";
import { Frame } from "./picture.js";
import { button, prompt } from "./words.js";

const FLAG = /(--[a-z]+)/;

/** Something that was sent and has no answer yet: it already has the shape that its picture will have. */
export function pending(entry) {
  const line = make("p", { class: "line" }, say("web-sending"));
  const body = make("article", {}, words(entry.text), make("div", { class: "under" }, line));
  if (entry.picture) {
    const frame = new Frame({ ...(entry.shape ?? sizes[entry.body.size]), count: entry.count ?? 1, prompt: entry.text });
    body.style.setProperty("--ratio", frame.ratio);
    body.insertBefore(frame.element, body.lastChild);
  }
  const element = make("li", { class: "entry pending", "data-send": entry.id }, body);
  return { element, say: (text) => (line.textContent = text) };
}

/** An answer in words; refusals say what helps. */
export function note(entry, act) {
  const text = make("div", { class: "said", dir: "auto" }, ...entry.text.split("\n").map(line));
  const made = entry.buttons.map((view) => button(view, act));
  const buttons = make("div", { class: "buttons" }, ...made);
  if (entry.ready) made.forEach((element) => element.dataset.action === "retry" && countDown(element, entry.ready));
  const role = entry.kind === "note" ? null : "alert";
  return make("li", { class: `entry ${entry.kind}`, "data-note": entry.id }, make("article", {}, entry.words ? words(entry.words) : null, make("div", { class: "bubble", role }, text, entry.buttons.length ? buttons : null)));
}

function line(text) {
  return make("p", {}, ...text.split(FLAG).map((part, at) => (at % 2 ? make("span", { class: "flag" }, part) : part)));
}

function words(text) {
  return text.startsWith("/") ? make("p", { class: "command", dir: "auto" }, text) : prompt(text);
}
