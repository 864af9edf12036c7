export async function increment(n) {
  return n + 1;
}

/** Keeps the processor busy; returns the same for the same number, wherever it runs. */
export function spin(n) {
  let hash = n | 0;
  for (let i = 0; i < 1_000_000; i++) hash = Math.imul(hash ^ i, 0x9e37_79b1);
  return hash;
}
