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

  /** Show a job, or what became of it. */
  put(card) {
    const known = this.cards.get(card.id);
    if (known) return known.update(card);
    const made = new JobCard(card, this.act);
    this.cards.set(card.id, made);
    this.list.insertBefore(made.element, this.after(card.created_at));
  }

  /** The first entry of a job that is newer. */
  after(createdAt) {
    const time = Date.parse(createdAt);
    const jobs = [...this.list.children].reverse();
    let place = null;
    for (const element of jobs) {
      const card = this.cards.get(element.dataset.job);
      if (!card) {
        if (place !== null || element.classList.contains("pending")) place = element;
        continue;
      }
      if (Date.parse(card.createdAt) <= time) break;
      place = element;
    }
    return place;
  }

  /** Older jobs, newest first, above everything; what is in view stays where it is. */
  prepend(cards) {
    const height = document.documentElement.scrollHeight;
    for (const card of cards) this.put(card);
    window.scrollBy({ top: document.documentElement.scrollHeight - height, behavior: "instant" });
  }

  /** Put an answer in words at the end, or after the job named. */
  add(element, after = null) {
    const before = after && this.cards.get(after)?.element.nextSibling;
    this.list.insertBefore(element, before ?? null);
  }

  get lastJob() {
    const jobs = [...this.list.children].filter((element) => element.dataset.job);
    return jobs.at(-1)?.dataset.job ?? null;
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
