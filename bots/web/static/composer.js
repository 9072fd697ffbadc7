// The field: Enter sends, Shift+Enter makes a new line; drafts and choices are kept.

import { Attachment } from "./attachment.js";
import { sizes } from "./data.js";
import { find, make } from "./dom.js";
import { browser, tab } from "./storage.js";

const DRAFT = "tessera.draft";
const CHOICES = "tessera.choices";
const handheld = window.matchMedia("(pointer: coarse)");

export class Composer {
  constructor(send) {
    this.send = send;
    this.form = find("composer");
    this.words = find("words");
    this.seed = find("seed");
    this.model = find("model");
    this.button = this.form.querySelector(".send");
    this.attachment = new Attachment(() => this.changed());
    this.last = ""; // what was sent last: the up arrow brings it back
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.form.addEventListener("change", () => this.keep());
    this.words.addEventListener("input", () => this.changed());
    this.words.addEventListener("keydown", (event) => this.pressed(event));
    this.seed.addEventListener("input", () => (this.seed.value = this.seed.value.replace(/\D/g, "")));
    document.addEventListener("keydown", (event) => this.slash(event));
    this.restore();
    if (!handheld.matches) this.words.focus();
  }

  submit() {
    const text = this.words.value.trim();
    if (!text || this.attachment.busy) return this.words.focus();
    const chosen = this.chosen();
    const given = this.attachment.given;
    this.last = text;
    this.words.value = "";
    this.attachment.clear();
    this.words.focus();
    this.send(text, chosen, given ? { width: given.width, height: given.height } : undefined);
  }

  /** What is chosen beside the field, as POST /chat takes it. */
  chosen() {
    const seed = this.seed.value === "" ? null : Number(this.seed.value);
    const picture = this.attachment.given?.id ?? null; // whose shape counts more than the size
    return { size: picture ? null : this.form.elements.size.value, model: this.model.value || null, seed, picture };
  }

  shape() {
    return sizes[this.form.elements.size.value];
  }

  pressed(event) {
    if (event.isComposing) return; // an input method is choosing a word
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.words.value && this.last) {
      event.preventDefault();
      this.words.value = this.last;
      this.changed();
    }
  }

  /** A slash typed anywhere begins a command. */
  slash(event) {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) this.words.focus();
  }

  changed() {
    this.button.disabled = !this.words.value.trim() || this.attachment.busy;
    find("sizes").hidden = this.attachment.given !== null;
    this.words.style.height = "auto";
    this.words.style.height = `${this.words.scrollHeight}px`;
    tab.write(DRAFT, this.words.value);
  }

  /** Words that need a change before they are sent again; what was written meanwhile counts more. */
  giveBack(text) {
    if (this.words.value) return;
    this.words.value = text;
    this.changed();
  }

  /** The models to choose between; one alone is no choice. */
  offer(models) {
    const labels = models.map((model) => model.label).join("\n");
    if (labels === this.offered) return;
    this.offered = labels;
    const kept = browser.read(CHOICES, {}).model;
    this.model.replaceChildren(...models.map((model) => make("option", { value: model.id }, model.label)));
    const chosen = models.find((model) => model.id === kept) ?? models.find((model) => model.default) ?? models[0];
    if (chosen) this.model.value = chosen.id;
    find("model-chip").hidden = models.length < 2;
  }

  keep() {
    browser.write(CHOICES, { size: this.form.elements.size.value, model: this.model.value });
  }

  restore() {
    const size = browser.read(CHOICES, {}).size;
    if (size in sizes) this.form.elements.size.value = size;
    this.words.value = tab.read(DRAFT, "");
    this.changed();
  }
}
