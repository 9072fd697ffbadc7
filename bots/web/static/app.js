// The wiring of the page.

import { uuid } from "./api.js";
import * as banner from "./banner.js";
import { note, pending } from "./bubbles.js";
import { Composer } from "./composer.js";
import { examples, say } from "./data.js";
import { announce, find, make } from "./dom.js";
import { Feed } from "./feed.js";
import { listen } from "./live.js";
import { forget, notes, remember } from "./memory.js";
import { Outbox } from "./outbox.js";
import { showPurse } from "./purse.js";
import { Sync } from "./sync.js";

const waiting = new Map(); // what was sent and not answered: entry id -> what stands in the column for it
const early = new Map(); // job id -> newest event while a send was under way: most often of its own job

const feed = new Feed(pressedOnJob);
const outbox = new Outbox({ answered, silent, gaveUp });
const composer = new Composer(say_);
const sync = new Sync(feed, { first, looked });

listen({
  hello: () => (banner.clear("web-reconnecting"), sync.look()),
  gap: () => sync.look(),
  lost: () => banner.warn("web-reconnecting"),
  event: happened,
});
sync.look();

/** Any look worked. */
function looked(news) {
  showPurse(news.purse);
  if (news.models?.length) composer.offer(news.models);
}

/** The first look worked: restore what belongs to this tab, go on with what a reload interrupted. */
function first(chat) {
  for (const kept of notes()) feed.restore(note(kept, (view) => pressedOnNote(view, kept)), kept.after);
  for (const entry of outbox.entries) if (entry.text) stand(entry);
  outbox.resume();
  find("lead").textContent = chat.lead;
  find("examples").replaceChildren(...examples.map(example));
  greet();
  feed.toBottom(false);
}

function example({ text, mood }) {
  const button = make("button", { type: "button" }, make("span", { class: `mood mood-${mood}`, "aria-hidden": "true" }), make("span", {}, text));
  button.addEventListener("click", () => say_(text, composer.chosen()));
  return make("li", {}, button);
}

/** The empty column greets; anything in it ends that. */
function greet() {
  find("welcome").hidden = !feed.empty;
}

/** Words of the visitor, with what is chosen beside the field. */
function say_(text, chosen, shape) {
  const picture = !text.startsWith("/") || /^\/imagine\s/i.test(text);
  send({ path: "/chat", body: { text, ...chosen }, text, picture, shape });
}

function send(entry) {
  stand(outbox.send(entry));
  greet();
  feed.toBottom(true);
}

/** Let something in the column stand for what is under way. */
function stand(entry) {
  const shown = pending(entry);
  waiting.set(entry.id, shown);
  feed.add(shown.element);
}

function answered(entry, answer) {
  const stoodIn = waiting.get(entry.id)?.element ?? null;
  waiting.delete(entry.id);
  showPurse(answer.purse);
  if (answer.text) speak({ ...answer, words: entry.text }, entry, answer.card ? null : stoodIn);
  if (answer.edit && entry.path === "/chat") composer.giveBack(entry.text);
  if (answer.card) feed.put(answer.card, entry.picture ? stoodIn : null);
  stoodIn?.remove();
  greet();
  if (feed.following) feed.toBottom(false);
  if (!outbox.busy) lookAtEarly();
}

/** Add an answer in words to the column, kept for this tab. */
function speak({ kind, text, buttons, words, wait_seconds }, entry, instead) {
  const ready = wait_seconds ? Date.now() + wait_seconds * 1000 : null; // when trying again may pass
  const kept = { id: uuid(), kind, text, buttons, words, entry, ready };
  const element = note(kept, (view) => pressedOnNote(view, kept));
  feed.add(element, instead);
  remember({ ...kept, after: feed.jobBefore(element) });
  if (kind === "note") announce(text); // a refusal is an alert by itself
}

function silent(entry, text, lost) {
  if (lost) banner.warn(navigator.onLine ? "web-reconnecting" : "web-offline");
  waiting.get(entry.id)?.say(text ?? say(navigator.onLine ? "web-reconnecting" : "web-offline"));
}

function gaveUp(entry) {
  const retry = { label: say("button-try-again"), action: "retry", subject: "" };
  answered(entry, { kind: "refusal", text: say("studio-gave-up"), buttons: [retry] });
}

function pressedOnJob(view, card) {
  const path = `/jobs/${card.id}/${view.action}`;
  if (view.action === "cancel") return cancel(card.id);
  const { prompt, count, width, height } = card.card;
  const shape = view.action === "larger" ? { width: width * 2, height: height * 2 } : { width, height };
  send({ path, body: {}, text: prompt, picture: true, shape, count: ["vary", "larger", "animate"].includes(view.action) ? 1 : count });
}

/** Ask for the end of a job; the card itself says how that stands, so nothing else needs to. */
function cancel(id) {
  outbox.send({ path: `/jobs/${id}/cancel`, body: {}, text: "", picture: false });
}

const NUMBERS = new Set(["fit", "fewer", "shorter", "briefer"]);

/** A helping button under words: what was refused, changed as it says, or what it names. */
function pressedOnNote(view, kept) {
  if (view.action === "cancel") return cancel(hyphenated(view.subject));
  if (view.action === "surprise") return say_(examples[Math.floor(Math.random() * examples.length)].text, composer.chosen());
  if (view.action === "help") return say_("/help", {});
  const { path, body, text, picture, shape, count } = kept.entry;
  const change = view.action === "use" ? { use: view.subject } : NUMBERS.has(view.action) ? { [view.action]: Number(view.subject) } : {};
  const id = view.action === "retry" ? kept.entry.id : undefined; // the same request: it may have been taken after all
  forget(kept.id);
  document.querySelector(`[data-note="${kept.id}"]`)?.remove();
  send({ id, path, body: { ...body, ...change }, text, picture, shape, count: change.fewer ?? count });
}

const hyphenated = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** An event of the stream. What it changes beside progress is asked of the server, which has the words for it. */
function happened(event) {
  const card = feed.cards.get(event.job);
  if (event.kind === "progress") return card?.progress(event);
  if (!card && outbox.busy) return early.set(event.job, event.kind);
  sync.one(event.job).then(greet);
}

/** The send is answered: whatever happened beyond its acceptance is not in the answer. */
function lookAtEarly() {
  for (const [id, kind] of early) if (kind !== "accepted" || !feed.cards.has(id)) sync.one(id).then(greet);
  early.clear();
}
