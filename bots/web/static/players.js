// What is played or read instead of looked at: the browser's own players, and words as words.

import { say } from "./data.js";
import { make } from "./dom.js";

export function film(video, prompt) {
  return make("video", {
    class: "film",
    controls: true,
    playsinline: true,
    loop: true,
    preload: "metadata",
    poster: `${video.url}/thumbnail`,
    width: video.width,
    height: video.height,
    src: video.web,
    "aria-label": prompt,
  });
}

export function sound(audio, prompt) {
  const wave = make("img", { class: "wave", alt: "", src: `${audio.url}/thumbnail`, loading: "lazy" });
  const player = make("audio", { controls: true, preload: "metadata", src: audio.url, "aria-label": prompt });
  return make("div", { class: "sound" }, wave, player);
}

export function written(text) {
  const words = make("p", { class: "written", dir: "auto" });
  load(text.url).then(
    (content) => (words.textContent = content),
    () => (words.textContent = say("web-file-gone")),
  );
  return words;
}

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return await answer.text();
}
