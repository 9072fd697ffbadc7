// A button that cannot be pressed before its time: it says how long that is, second by second.

import { say } from "./data.js";

/** `ready`: when it may be pressed, in milliseconds of the clock. */
export function countDown(button, ready) {
  const label = button.lastChild;
  const words = label.textContent;
  const tick = () => {
    const seconds = Math.ceil((ready - Date.now()) / 1000);
    button.disabled = seconds > 0;
    if (button.offsetWidth) button.style.minWidth = `${button.offsetWidth}px`; // shorter words move nothing
    label.textContent = seconds > 0 ? say("web-try-again-in").replace("#", seconds) : words;
    if (seconds > 0) setTimeout(tick, (ready - Date.now()) % 1000 || 1000);
  };
  tick();
}
