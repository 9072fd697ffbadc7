// The frame of a job: its shape stands from the first moment, the preview grows clear in it, the result takes over.

import { blur } from "./blur.js";
import { say } from "./data.js";
import { icon, make } from "./dom.js";
import { save, show } from "./viewer.js";

import { film, sound, written } from "./players.js";

const SECOND_TRY_MS = 1_500;
const RATIOS = { audio: 3, text: 4 }; // of what has no sides of its own
const PLAYERS = { video: film, audio: sound, text: written };

export class Frame {
  constructor({ width, height, count, prompt, capability }) {
    this.prompt = prompt;
    this.ratio = width && height ? width / height : (RATIOS[capability] ?? 1);
    this.bar = make("div", { class: "bar" });
    this.tiles = Array.from({ length: Math.max(1, count) }, () => make("div", { class: "tile" }));
    this.element = make("div", { class: "frame", "data-count": this.tiles.length, "data-kind": capability }, ...this.tiles, this.bar);
    this.newest = -1; // number of the newest preview that was asked for
    this.preview = null;
  }

  /** How far the job is, 0..1; null: it waits. */
  advance(fraction) {
    this.element.classList.toggle("painting", fraction !== null);
    this.element.style.setProperty("--done", fraction ?? 0);
    const painted = (fraction ?? 0) * this.tiles.length; // one after the other
    this.tiles.forEach((tile, at) => tile.style.setProperty("--done", Math.min(1, Math.max(0, painted - at))));
  }

  /** Show a newer preview as soon as it is there, in the place of the picture that is being painted. */
  async look(url, number, fraction = 0) {
    if (number <= this.newest) return;
    this.newest = number;
    const image = make("img", { class: "preview", alt: "", src: `${url}?n=${number}` });
    try {
      await image.decode();
    } catch {
      return; // there is none yet
    }
    if (this.newest !== number || this.finished) return;
    const tile = this.tiles[Math.max(0, Math.ceil(fraction * this.tiles.length) - 1)];
    const before = tile.querySelector(".preview");
    this.preview = image;
    tile.append(image);
    requestAnimationFrame(() => image.classList.add("in"));
    setTimeout(() => before?.remove(), 700);
  }

  /** Another attempt begins: its previews count anew. */
  restart() {
    this.newest = -1;
  }

  /** The job has ended with these pictures. */
  finish(pictures) {
    if (this.finished) return;
    this.finished = true;
    this.element.classList.remove("painting");
    this.element.classList.add("done");
    pictures.slice(0, this.tiles.length).forEach((picture, at) => this.place(picture, this.tiles[at]));
  }

  place(picture, tile, tries = 0) {
    if (PLAYERS[picture.kind]) {
      const before = picture.kind === "video" ? blur(picture.blurhash) : null;
      tile.replaceChildren(...[before, PLAYERS[picture.kind](picture, this.prompt)].filter((each) => each));
      tile.classList.add("filled");
      return;
    }
    const several = this.tiles.length > 1;
    const image = make("img", {
      class: "final",
      alt: this.prompt,
      width: picture.width,
      height: picture.height,
      loading: this.preview ? "eager" : "lazy",
      decoding: "async",
      src: several ? `${picture.url}/thumbnail` : picture.web,
    });
    const open = make("button", { type: "button", class: "enlarge", "aria-label": `${say("web-enlarge")}: ${this.prompt}` }, image);
    open.addEventListener("click", () => show(picture, this.prompt));
    image.addEventListener("load", () => {
      image.classList.add("in");
      tile.classList.add("filled");
      setTimeout(() => tile.querySelectorAll(".preview, .blur").forEach((before) => before.remove()), 900);
    });
    image.addEventListener("error", () => {
      tile.replaceChildren();
      if (tries === 0) setTimeout(() => this.place(picture, tile, 1), SECOND_TRY_MS);
      else tile.append(this.missing(picture, tile));
    });
    const before = tile.querySelector(".preview") ? null : blur(picture.blurhash);
    tile.append(...[before, open].filter((each) => each));
    if (several) tile.append(save(picture, { class: "save" }));
  }

  missing(picture, tile) {
    const retry = make("button", { type: "button", class: "quiet" }, icon("retry"), say("button-try-again"));
    const note = make("div", { class: "missing" }, make("p", {}, say("web-file-gone")), retry);
    retry.addEventListener("click", () => (tile.replaceChildren(), this.place(picture, tile, 1)));
    return note;
  }
}
