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
    if (before && ((!before.open && card.open) || card.attempt < before.attempt)) return;
    if (before && card.attempt > before.attempt && card.attempt > 1) this.frame.restart();
    if (this.live && !isOf(card, this.live)) this.live = null;
    this.card = card;
    this.element.dataset.status = card.status;
    this.showButtons(card);
    this.showLine();
    if (card.open) this.showOpen(card, before);
    else this.showEnded(card, before);
  }

  showLine() {
    this.line.textContent = this.live && !this.card.stopping ? this.live.line : this.card.line;
  }

  showOpen(card, before) {
    const running = (card.status === "RUNNING" && !card.waits) || this.live;
    this.frame.advance(running ? (this.live?.fraction ?? 0) : null);
    if (running && !before) this.frame.look(card.preview, 0);
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

  /** An event of the stream: how far an attempt is. It may come before the news that the attempt began. */
  progress(event) {
    if (!isOf(this.card, event)) return;
    const fraction = event.fraction ?? 0;
    this.live = event;
    this.showLine();
    this.frame.advance(fraction);
    if (event.preview !== undefined) this.frame.look(this.card.preview, event.preview + 1, fraction);
    this.meter.setAttribute("aria-valuenow", Math.round(fraction * 100));
    const step = Math.floor(fraction * SPOKEN_STEPS);
    if (step > this.spoken && step < SPOKEN_STEPS) announce(event.line);
    this.spoken = Math.max(this.spoken, step);
  }
}

/** Whether a progress event is of the attempt under way, or of one that begins after what the card knows. */
function isOf(card, event) {
  return card.open && (event.attempt > card.attempt || (event.attempt === card.attempt && card.status === "RUNNING"));
}
