// Keeps the column as the server knows it: the first look, older pages, and a look again whenever events may be missing.

import { Failed, get } from "./api.js";
import { clear, warn } from "./banner.js";
import { find } from "./dom.js";

const LOOK_AGAIN_MS = 5_000; // places in line move without events
const RETRY_MS = 2_500;
const REFUSED_RETRY_MS = 30_000; // turned away: trying harder does not help

export class Sync {
  /** `first(chat)`: the first look worked; `looked(chat)`: any look did. */
  constructor(feed, { first, looked }) {
    Object.assign(this, { feed, first, looked });
    this.before = null; // names the next page of older jobs
    this.begun = false;
    this.looking = null;
    this.turnedAway = false;
    this.older = find("older");
    const nearTop = (seen) => seen.some((entry) => entry.isIntersecting) && this.loadOlder();
    this.top = new IntersectionObserver(nearTop, { rootMargin: "600px 0px 0px" });
    this.top.observe(this.older);
    setInterval(() => this.poll(), LOOK_AGAIN_MS);
  }

  /** Look at the newest jobs until it works; calls while one is under way are one. */
  look() {
    this.looking ??= this.lookUntilItWorks().finally(() => (this.looking = null));
    return this.looking;
  }

  async lookUntilItWorks() {
    for (;;) {
      const chat = await this.ask("/chat");
      if (chat) return this.show(chat);
      await new Promise((resolve) => setTimeout(resolve, this.turnedAway ? REFUSED_RETRY_MS : RETRY_MS));
    }
  }

  /** A request whose failure the banner tells; null when it failed. */
  async ask(path) {
    try {
      const answer = await get(path);
      this.turnedAway = false;
      clear("web-turned-away", "web-studio-away", "web-reconnecting");
      return answer;
    } catch (error) {
      this.turnedAway = error instanceof Failed && error.status < 500; // no cookie, too many newcomers, banned
      if (this.turnedAway) warn("web-turned-away", error.text);
      else if (error instanceof Failed) warn("web-studio-away");
      else warn("web-reconnecting");
      return null;
    }
  }

  show(chat) {
    const overlaps = chat.cards.some((card) => this.feed.cards.has(card.id));
    if (!this.begun || (this.feed.cards.size && chat.next && !overlaps)) {
      if (this.begun) this.feed.clear(); // so much is new that the pages no longer meet
      this.before = chat.next;
      this.older.hidden = !this.before;
    }
    const begun = this.begun;
    this.begun = true;
    for (const card of [...chat.cards].reverse()) this.feed.put(card);
    if (!begun) this.first(chat);
    this.looked(chat);
    this.settle(chat.cards);
  }

  /** Jobs that are open here but not in what the server listed: look at each. */
  async settle(cards) {
    const listed = new Set(cards.map((card) => card.id));
    const missing = this.feed.open().filter((card) => !listed.has(card.id));
    await Promise.all(missing.map((card) => this.one(card.id)));
  }

  /** How one job stands now. */
  async one(id) {
    const answer = await this.ask(`/jobs/${id}`);
    if (!answer?.card) return;
    this.feed.put(answer.card);
    this.looked(answer);
  }

  async poll() {
    if (document.hidden || !this.begun || !this.feed.open().length) return;
    const chat = await this.ask("/chat?open=1");
    if (!chat) return;
    for (const card of [...chat.cards].reverse()) this.feed.put(card);
    this.looked(chat);
    await this.settle(chat.cards);
  }

  async loadOlder() {
    if (!this.before || this.loadingOlder) return;
    this.loadingOlder = true;
    const chat = await this.ask(`/chat?before=${encodeURIComponent(this.before)}`);
    this.loadingOlder = false;
    if (!chat) return;
    this.before = chat.next;
    this.older.hidden = !this.before;
    this.feed.prepend(chat.cards);
    this.top.unobserve(this.older); // the top may still be near: ask anew
    this.top.observe(this.older);
  }
}
