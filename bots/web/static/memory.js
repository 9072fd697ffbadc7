// Answers in words belong to the tab: the server keeps jobs, this keeps what was said between them.

const KEY = "tessera.notes";
const MOST = 40;

export function notes() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

export function remember(note) {
  sessionStorage.setItem(KEY, JSON.stringify([...notes(), note].slice(-MOST)));
}

export function forget(id) {
  sessionStorage.setItem(KEY, JSON.stringify(notes().filter((note) => note.id !== id)));
}
