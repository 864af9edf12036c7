// What arguments of arrays mean, as Array.prototype has it.

export function isIndex(index: number): boolean {
  return typeof index === 'number' && index >= 0 && Number.isSafeInteger(index);
}

/** What Array.prototype makes of a relative index. */
export function relative(index: number, length: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(0, length + whole) : Math.min(whole, length);
}

/** The default order of Array.prototype.sort. */
export function byText(a: unknown, b: unknown): number {
  const left = String(a);
  const right = String(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
