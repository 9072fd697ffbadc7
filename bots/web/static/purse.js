// What is left today: a quiet line, and more of it on a press.

import { post, uuid } from "./api.js";
import { find, make } from "./dom.js";
import { say } from "./data.js";

const button = find("purse");
const details = find("usage");
const text = find("usage-text");

export function showPurse(purse) {
  if (!purse) return;
  find("purse-line").textContent = purse.line;
  button.querySelector(".left").style.strokeDasharray = `${purse.left * 100} 100`;
  button.hidden = false;
}

details.addEventListener("toggle", async (event) => {
  if (event.newState !== "open") return;
  try {
    const answer = await post("/chat", { id: uuid(), text: "/usage" });
    text.replaceChildren(...answer.text.split("\n").map((line) => make("p", {}, line)));
    showPurse(answer.purse);
  } catch {
    text.replaceChildren(make("p", {}, say("web-studio-away")));
  }
});
