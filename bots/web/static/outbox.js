// What was sent and not answered yet. Each send has a name of its own, so that repeating it never makes a second job;
// it survives a reload of the tab.

import { Failed, Lost, post, uuid } from "./api.js";
import { tab } from "./storage.js";

const KEY = "tessera.outbox";
const PATIENCE_MS = 60_000; // how long the scheduler may not answer before the visitor is asked
const PAUSES_MS = [700, 1_500, 3_000];

export class Outbox {
  /** `answered(entry, answer)`; `silent(entry, text, lost)`: no answer yet, it will be tried again; `gaveUp(entry)`. */
  constructor({ answered, silent, gaveUp }) {
    Object.assign(this, { answered, silent, gaveUp });
    this.entries = tab.read(KEY, []);
  }

  get busy() {
    return this.entries.length > 0;
  }

  /** Send a request; `entry` also holds what the page shows meanwhile. Without an id it is a new request. */
  send(entry) {
    const id = entry.id ?? uuid();
    const named = { ...entry, id, body: { ...entry.body, id } };
    this.entries.push(named);
    this.keep();
    this.deliver(named);
    return named;
  }

  /** Go on with what a reload interrupted. */
  resume() {
    for (const entry of this.entries) this.deliver(entry);
  }

  async deliver(entry) {
    let downSince = null;
    for (let tries = 0; ; tries++) {
      const answer = await attempt(entry);
      if (answer.kind !== "down" && answer.kind !== "lost") return this.close(entry, () => this.answered(entry, answer));
      if (answer.kind === "down") downSince ??= Date.now();
      else downSince = null; // our own server is away: the words wait until it is back
      if (downSince !== null && Date.now() - downSince > PATIENCE_MS) return this.close(entry, () => this.gaveUp(entry));
      this.silent(entry, answer.text, answer.kind === "lost");
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }

  close(entry, then) {
    this.entries = this.entries.filter((other) => other.id !== entry.id);
    this.keep();
    then();
  }

  keep() {
    tab.write(KEY, this.entries);
  }
}

async function attempt(entry) {
  try {
    return await post(entry.path, entry.body);
  } catch (error) {
    if (error instanceof Lost || error.status === 503) return { kind: "lost", text: null };
    if (error instanceof Failed) return { kind: "refusal", text: error.text ?? error.message, buttons: [] };
    throw error;
  }
}

/** Wait, but no longer than until the network is back. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => (clearTimeout(timer), window.removeEventListener("online", done), resolve());
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
  });
}
