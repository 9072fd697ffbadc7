// What the server put into the page: sentences, examples, sizes.

const data = JSON.parse(document.getElementById("data").textContent);

export const examples = data.examples; // [{text, mood}]
export const sizes = data.sizes; // {square: {width, height}, ...}

/** A sentence of the catalogue. */
export function say(key) {
  return data.strings[key] ?? key;
}
