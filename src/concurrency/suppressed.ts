// Failures that came after the one that was told.

/** Of one error: it may be one that is made once and thrown for ever. */
const MOST = 1000;

const lists = new WeakMap<object, unknown[]>();

function holderOf(error: unknown): object | undefined {
  return (typeof error === 'object' && error !== null) || typeof error === 'function' ? error : undefined;
}

/**
 * What else has failed in the scope that ended with `error`: errors of tasks that were cancelled because of it, and of cleaning up, in the order
 * in which they came; a `StragglerError` if the scope went on without waiting for all. Empty for what no scope has ended with, and for what is
 * no object.
 */
export function suppressedErrors(error: unknown): unknown[] {
  const holder = holderOf(error);
  return holder === undefined ? [] : [...(lists.get(holder) ?? [])];
}

export function addSuppressed(error: unknown, another: unknown): void {
  const holder = holderOf(error);
  if (holder === undefined) return;
  const list = lists.get(holder);
  if (list === undefined) lists.set(holder, [another]);
  else if (list.length < MOST) list.push(another);
}
