// Answers in words belong to the tab: the server keeps jobs, this keeps what was said between them.

import { tab } from "./storage.js";

const KEY = "tessera.notes";
const MOST = 40;

export const notes = () => tab.read(KEY, []);

export function remember(note) {
  tab.write(KEY, [...notes(), note].slice(-MOST));
}

export function forget(id) {
  tab.write(KEY, notes().filter((note) => note.id !== id));
}
