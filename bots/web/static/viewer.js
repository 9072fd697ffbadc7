// A picture as large as the window, until Escape, the button or a click beside it.

import { say } from "./data.js";
import { find, icon, make } from "./dom.js";

const dialog = find("viewer");
dialog.addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => dialog.replaceChildren());

export function show(picture, prompt) {
  dialog.replaceChildren(
    make("img", { src: picture.url, alt: prompt, width: picture.width, height: picture.height }),
    make("button", { type: "button", class: "close", "aria-label": say("web-close"), title: say("web-close") }, icon("cancel")),
  );
  dialog.setAttribute("aria-label", prompt);
  dialog.showModal();
}
