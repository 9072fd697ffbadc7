// A picture as large as the window, until Escape, the button or a click beside it.

import { say } from "./data.js";
import { find, icon, make } from "./dom.js";

const dialog = find("viewer");
dialog.addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => dialog.replaceChildren());

export function show(picture, prompt) {
  const close = make("button", { type: "button", "aria-label": say("web-close"), title: say("web-close"), autofocus: true }, icon("cancel"));
  dialog.replaceChildren(
    make("img", { src: picture.url, alt: prompt, width: picture.width, height: picture.height }),
    make("div", { class: "tray" }, save(picture), close),
  );
  dialog.setAttribute("aria-label", prompt);
  dialog.showModal();
}

/** A round button that saves a picture. */
export function save(picture, attributes = {}) {
  const label = say("web-download");
  return make("a", { ...attributes, href: picture.url, download: picture.filename, "aria-label": label, title: label, onclick: (event) => event.stopPropagation() }, icon("download"));
}
