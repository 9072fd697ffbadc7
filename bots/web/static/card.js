// One job in the column: its words, its frame, the small line and the buttons.

import { say } from "./data.js";
import { announce, make } from "./dom.js";
import { Frame } from "./picture.js";
import { button, download, prompt } from "./words.js";

const SPOKEN_STEPS = 4; // a screen reader hears of the progress this many times, not of each percent

export class JobCard {
  /** `act(view, card)`: a button was pressed. */
  constructor(card, act) {
    this.id = card.id;
    this.act = act;
    this.createdAt = card.created_at;
    this.frame = new Frame(card);
    this.line = make("p", { class: "line" });
    this.buttons = make("div", { class: "buttons" });
    this.meter = make("div", { class: "unseen", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": card.prompt });
    this.body = make("article", { "aria-label": card.prompt }, prompt(card.prompt), this.frame.element, this.meter, make("div", { class: "under" }, this.line, this.buttons));
    this.body.style.setProperty("--ratio", this.frame.ratio);
    this.element = make("li", { class: "entry job", "data-job": card.id }, this.body);
    this.spoken = 0;
    this.live = null; // the newest progress event of this attempt
    this.update(card);
  }

  get open() {
    return this.card.open;
  }

  /** Show what the server says; older news than what is shown already is passed over. */
  update(card) {
    const before = this.card;
    if (before && (!before.open && card.open || card.attempt < before.attempt)) return;
    if (this.live && (card.attempt > this.live.attempt || card.status !== "RUNNING")) this.live = null;
    if (before && card.attempt > before.attempt) this.frame.restart();
    this.card = card;
    this.element.dataset.status = card.status;
    this.line.textContent = this.live?.line ?? card.line;
    this.showButtons(card);
    if (card.open) this.showOpen(card, before);
    else this.showEnded(card, before);
  }

  showOpen(card, before) {
    this.frame.advance(card.status === "RUNNING" ? (this.live?.fraction ?? 0) : null);
    if (card.status === "RUNNING" && !before) this.frame.look(card.preview, 0);
    if (before?.status !== card.status) announce(card.line);
  }

  showEnded(card, before) {
    this.meter.hidden = true;
    const pictures = card.pictures.filter((picture) => !picture.expired);
    if (card.status === "COMPLETED" && pictures.length) this.frame.finish(pictures);
    else this.frame.element.remove();
    if (before?.open) announce(card.status === "COMPLETED" ? `${say("web-ready")}: ${card.prompt}. ${card.line}` : card.line);
  }

  showButtons(card) {
    const made = card.buttons.map((view) => button(view, (pressed) => this.act(pressed, this)));
    const pictures = card.pictures.filter((picture) => !picture.expired);
    if (card.status === "COMPLETED" && pictures.length === 1) made.push(download(pictures[0]));
    const had = this.buttons.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    this.buttons.replaceChildren(...made);
    if (had) (made.find((element) => element.dataset.action === had) ?? made[0])?.focus({ preventScroll: true });
  }

  /** An event of the stream: how far the attempt is. */
  progress(event) {
    if (!this.open || event.attempt < this.card.attempt || this.card.status !== "RUNNING") return;
    this.live = event;
    this.line.textContent = event.line;
    this.frame.advance(event.fraction ?? 0);
    if (event.preview !== undefined) this.frame.look(this.card.preview, event.preview + 1);
    this.meter.setAttribute("aria-valuenow", Math.round((event.fraction ?? 0) * 100));
    const step = Math.floor((event.fraction ?? 0) * SPOKEN_STEPS);
    if (step > this.spoken && step < SPOKEN_STEPS) announce(event.line);
    this.spoken = Math.max(this.spoken, step);
  }
}
