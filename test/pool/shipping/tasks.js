// A pool's script.

export const rate = 3;
let factor = rate;

export function scaled(x) {
  return x * factor;
}

export function setFactor(value) {
  factor = value;
}

export function twice(x) {
  return 2 * x;
}

function renamed(x) {
  return x + factor;
}

export { renamed as aliased };

export default function main(x) {
  return x - factor;
}

export const scaledBy = (factor) => (x) => x * factor;
export const scaledBy3 = scaledBy(3);

export class Thing extends Error {}
