// A pool's script in TypeScript.

interface Point {
  readonly x: number;
  readonly y: number;
}

export type Sum = number;

export function sum({ x, y }: Point): Sum {
  return x + y;
}
