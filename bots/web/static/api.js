// Requests to the server. Three things can happen: an answer, a refusal with its words, or no answer at all.

const TIMEOUT_MS = 40_000; // longer than the server waits for the scheduler
const UPLOAD_TIMEOUT_MS = 120_000;

/** No answer came; the same request may be made again. */
export class Lost extends Error {}

/** The server answered with an error; `text` says it in words where it has some. */
export class Failed extends Error {
  constructor(status, text) {
    super(text || `HTTP ${status}`);
    this.status = status;
    this.text = text;
  }
}

export function get(path) {
  return call(path, { method: "GET" });
}

export function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-Tessera": "1" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** A file as it is. */
export function upload(path, file) {
  const headers = { "Content-Type": file.type || "application/octet-stream", "X-Tessera": "1" };
  return call(path, { method: "POST", headers, body: file }, UPLOAD_TIMEOUT_MS);
}

async function call(path, options, timeout = TIMEOUT_MS) {
  let response;
  let text;
  try {
    response = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(timeout) });
    text = await response.text();
  } catch {
    throw new Lost(path);
  }
  const answer = parsed(text);
  if (response.ok && answer) return answer;
  if (response.status === 502 || response.status === 504 || response.ok) throw new Lost(path); // from something in between
  throw new Failed(response.status, answer?.text);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A random name for one send. (crypto.randomUUID exists on https pages only.) */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
