// The column: jobs in the order they were asked for, answers in words between them, the newest at the bottom.

import { find } from "./dom.js";
import { JobCard } from "./card.js";

const NEAR_PX = 160;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Feed {
  constructor(act) {
    this.act = act;
    this.list = find("feed");
    this.cards = new Map(); // by job id
    this.newest = find("newest");
    this.newest.addEventListener("click", () => this.toBottom(true));
    this.following = true; // the bottom stays in view while things grow
    window.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.following && this.toBottom(false)).observe(document.body);
  }

  get empty() {
    return this.list.children.length === 0;
  }

  /** Show a job, or what became of it; `instead`: what stood for it until now. */
  put(card, instead = null) {
    const known = this.cards.get(card.id);
    if (known) {
      instead?.remove();
      return known.update(card);
    }
    const made = new JobCard(card, this.act);
    this.cards.set(card.id, made);
    this.list.insertBefore(made.element, instead ?? this.newerThan(card.created_at));
    made.element.classList.toggle("still", instead !== null); // it is where that was: nothing arrives
    instead?.remove();
  }

  /** The first job that was asked for later; null: there is none. */
  newerThan(createdAt) {
    const time = Date.parse(createdAt);
    const createdLater = (element) => Date.parse(this.cards.get(element.dataset.job)?.createdAt) > time;
    return [...this.list.children].find(createdLater) ?? null;
  }

  /** Older jobs, newest first, above everything; what is in view stays where it is. */
  prepend(cards) {
    const height = document.documentElement.scrollHeight;
    for (const card of cards) this.put(card);
    window.scrollBy({ top: document.documentElement.scrollHeight - height, behavior: "instant" });
  }

  /** Put something at the end that is no job, or in the place of what stood for it. */
  add(element, instead = null) {
    this.list.insertBefore(element, instead);
    instead?.remove();
  }

  /** Put something back where it was before a reload: after a job, but before the next one. */
  restore(element, jobId) {
    let next = jobId ? this.cards.get(jobId)?.element.nextSibling : this.list.firstChild;
    while (next && !next.dataset.job) next = next.nextSibling;
    this.list.insertBefore(element, next ?? null);
  }

  /** The job that an element comes after. */
  jobBefore(element) {
    let before = element.previousSibling;
    while (before && !before.dataset.job) before = before.previousSibling;
    return before?.dataset.job ?? null;
  }

  open() {
    return [...this.cards.values()].filter((card) => card.open);
  }

  clear() {
    this.cards.clear();
    this.list.replaceChildren();
  }

  toBottom(smoothly) {
    this.following = true;
    const behavior = smoothly && !calm.matches ? "smooth" : "instant";
    window.scrollTo({ top: document.documentElement.scrollHeight, behavior });
  }

  scrolled() {
    const rest = document.documentElement.scrollHeight - window.innerHeight - window.scrollY;
    this.following = rest < NEAR_PX;
    this.newest.hidden = rest < window.innerHeight * 0.75;
  }
}
