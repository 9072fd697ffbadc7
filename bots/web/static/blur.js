// A picture before it has come: the blur that a few letters describe (BlurHash), on a small canvas that is stretched.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const SIDE = 24; // pixels

/** A canvas, or null where the letters say nothing. */
export function blur(letters) {
  const field = read(letters ?? "");
  if (!field) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.className = "blur";
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) image.data.set([...colourAt(field, x / SIDE, y / SIDE), 255], 4 * (y * SIDE + x));
  pen.putImageData(image, 0, 0);
  return canvas;
}

/** The cosines across and down, and a colour for each pair of them, in linear light. */
function read(letters) {
  const counts = number(letters.slice(0, 1));
  const across = (counts % 9) + 1;
  const down = Math.floor(counts / 9) + 1;
  if (letters.length !== 4 + 2 * across * down || [...letters].some((letter) => !LETTERS.includes(letter))) return null;
  const strongest = (number(letters[1]) + 1) / 166;
  const mean = number(letters.slice(2, 6));
  const colours = [[mean >> 16, (mean >> 8) & 255, mean & 255].map(toLinear)];
  for (let at = 6; at < letters.length; at += 2) {
    const value = number(letters.slice(at, at + 2));
    colours.push([Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map((part) => amplitude(part) * strongest));
  }
  return { across, down, colours };
}

function colourAt({ across, down, colours }, x, y) {
  const sum = [0, 0, 0];
  for (let j = 0; j < down; j++)
    for (let i = 0; i < across; i++) {
      const share = Math.cos(Math.PI * x * i) * Math.cos(Math.PI * y * j);
      colours[i + j * across].forEach((part, at) => (sum[at] += part * share));
    }
  return sum.map(toScreen);
}

const number = (letters) => [...letters].reduce((sum, letter) => sum * 83 + LETTERS.indexOf(letter), 0);
const amplitude = (part) => Math.sign(part - 9) * ((part - 9) / 9) ** 2;
const toLinear = (value) => (value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);

function toScreen(light) {
  const value = Math.min(1, Math.max(0, light));
  return Math.round(255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055));
}
