// The stream of events. A hidden tab hangs up: browsers allow six connections to a server, for all tabs together.

const SILENCE_MS = 40_000; // the server speaks every 15 s
const REOPEN_MS = 2_000;
const SOON_MS = 500; // not all tabs at the same moment
const HANG_UP_MS = 3_000; // a tab that is only passed by keeps its stream

/** `hello`: the stream is open, anything may have happened before; `gap`: events may be missing; `lost`: no stream. */
export function listen({ hello, gap, event, lost }) {
  let source = null;
  let watchdog = 0;
  let reopening = 0;
  let hangingUp = 0;

  function open() {
    clearTimeout(reopening);
    if (source || document.hidden) return;
    source = new EventSource("/events");
    source.addEventListener("hello", () => (alive(), hello()));
    source.addEventListener("gap", () => (alive(), gap()));
    source.addEventListener("ping", alive);
    source.addEventListener("bye", elsewhere);
    source.addEventListener("message", (message) => (alive(), event(JSON.parse(message.data))));
    source.addEventListener("error", again);
    alive();
  }

  function close() {
    clearTimeout(watchdog);
    source?.close();
    source = null;
  }

  function again() {
    close();
    lost();
    clearTimeout(reopening);
    reopening = setTimeout(open, REOPEN_MS);
  }

  /** This server stops: another one is there already, or will be. */
  function elsewhere() {
    close();
    clearTimeout(reopening);
    reopening = setTimeout(open, Math.random() * SOON_MS);
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(again, SILENCE_MS);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hangingUp);
    if (document.hidden) hangingUp = setTimeout(close, HANG_UP_MS);
    else open();
  });
  window.addEventListener("online", () => (close(), open()));
  window.addEventListener("pageshow", open);
  window.addEventListener("pagehide", close);
  open();
}
