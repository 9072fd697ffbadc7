// One line under the top while something is amiss; what is worse goes before what is less.

import { say } from "./data.js";
import { find } from "./dom.js";

const GRACE_MS = 1_200; // a short break is nobody's concern
const ORDER = ["web-turned-away", "web-offline", "web-reconnecting", "web-studio-away"];

const element = find("banner");
const active = new Map(); // sentence -> its text
let timer = 0;

export function warn(key, text = say(key)) {
  active.set(key, text);
  if (timer === 0) timer = setTimeout(show, element.hidden ? GRACE_MS : 0);
}

export function clear(...keys) {
  for (const key of keys) active.delete(key);
  show();
}

function show() {
  clearTimeout(timer);
  timer = 0;
  const worst = ORDER.find((key) => active.has(key));
  element.hidden = worst === undefined;
  const text = worst ? active.get(worst) : "";
  if (element.textContent !== text) element.textContent = text;
}

window.addEventListener("offline", () => warn("web-offline"));
window.addEventListener("online", () => clear("web-offline"));
if (!navigator.onLine) warn("web-offline");
