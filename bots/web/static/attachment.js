// A picture to start from: chosen, pasted or dropped. It is sent at once; the words follow when they are ready.

import { Failed, upload } from "./api.js";
import { say } from "./data.js";
import { find } from "./dom.js";

const SIDE = 96; // pixels of the small picture

export class Attachment {
  /** `changed()`: there is another picture, none, or it has arrived. */
  constructor(changed) {
    this.changed = changed;
    this.given = null; // {id, width, height} once the server has it
    this.sending = null; // the file under way
    this.box = find("attached");
    this.line = find("attached-line");
    const input = find("attach-file");
    find("attach").addEventListener("click", () => input.click());
    input.addEventListener("change", () => (this.take(input.files), (input.value = "")));
    find("detach").addEventListener("click", () => (this.clear(), find("words").focus()));
    document.addEventListener("paste", (event) => this.paste(event));
    document.addEventListener("dragover", (event) => this.hover(event));
    document.addEventListener("dragleave", (event) => event.relatedTarget ?? this.hover(null));
    document.addEventListener("drop", (event) => this.drop(event));
  }

  get busy() {
    return this.sending !== null;
  }

  /** A file held over the page shows where it will go. */
  hover(event) {
    const file = event?.dataTransfer?.types.includes("Files") ?? false;
    find("composer").classList.toggle("dropping", file);
    if (file) event.preventDefault();
  }

  /** What has words, too, is pasted as words. */
  paste(event) {
    const words = event.clipboardData?.types.includes("text/plain") ?? false;
    if (!words && this.take(event.clipboardData?.files)) event.preventDefault();
  }

  drop(event) {
    this.hover(null);
    if (this.take(event.dataTransfer?.files)) event.preventDefault();
  }

  /** The first of some files; whether there was one. What it is the server says, by its content. */
  take(files) {
    if (!files?.length) return false;
    this.send(files[0]);
    return true;
  }

  async send(file) {
    this.clear();
    this.sending = file;
    this.show(say("web-attaching"));
    draw(file, find("attached-picture"));
    this.changed();
    let answer;
    try {
      answer = await upload("/uploads", file);
    } catch (error) {
      answer = { text: (error instanceof Failed && error.text) || say("studio-gave-up") };
    }
    if (this.sending !== file) return; // another one came, or it was left out
    this.sending = null;
    if (answer.kind === "picture") this.given = answer;
    this.show(answer.kind === "picture" ? say("web-attached") : answer.text, answer.kind !== "picture");
    this.changed();
  }

  show(text, failed = false) {
    this.box.hidden = false;
    this.box.classList.toggle("failed", failed);
    this.box.classList.toggle("sending", this.busy);
    this.line.textContent = text;
  }

  clear() {
    this.given = this.sending = null;
    this.box.hidden = true;
    this.changed();
  }
}

/** The middle of the picture, small; drawn, because the page's policy lets no picture in but the server's own. */
async function draw(file, canvas) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, SIDE, SIDE);
  try {
    const image = await createImageBitmap(file);
    const side = Math.min(image.width, image.height);
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    image.close();
  } catch {
    // the server will say what is wrong with it
  }
}
