// Tasks that throw.

export class NotFoundError extends RangeError {
  status = 404;
  explain() {
    return `${this.message}: ${this.status}`;
  }
}

export function classed(code) {
  throw Object.assign(new NotFoundError('no such page', { cause: new TypeError('deep') }), {
    code,
    where: { page: 7 },
  });
}

export async function classedLater(code) {
  await null;
  classed(code);
}

export function many() {
  throw new AggregateError([new NotFoundError('one'), new Error('two'), 3], 'several');
}

export function throwValue(value) {
  throw value;
}

export function rejectValue(value) {
  return Promise.reject(value);
}

export function withFunction() {
  throw Object.assign(new NotFoundError('with what cannot be sent'), { retry() {}, symbol: Symbol('s'), kept: 1 });
}

export function throwFunction() {
  throw () => {};
}

export function throwThenable() {
  // biome-ignore lint/suspicious/noThenProperty: that is the point
  throw Object.assign(new Error('thenable'), { then: 'text' });
}

export function dom() {
  throw new DOMException('gone', 'NotFoundError');
}
