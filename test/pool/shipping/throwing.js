// A pool's script with classes of its own.

export class NotFoundError extends Error {
  status = 404;
  explain() {
    return `${this.message}: ${this.status}`;
  }
}

class HiddenError extends NotFoundError {
  name = 'HiddenError';
}
export const makeHidden = () => new HiddenError('hidden');

class Other extends Error {}

export { Other as Exported };
export const makeOther = () => new Other('other');

class PrototypeError extends RangeError {
  get message() {
    return 'told by an accessor';
  }
}
PrototypeError.prototype.name = 'PrototypeError';
export const makeNamedByPrototype = () => new PrototypeError();

export function OldError(message) {
  this.message = message;
}
OldError.prototype = Object.create(Error.prototype, { constructor: { value: OldError } });

export class Stop {
  constructor(reason) {
    this.reason = reason;
  }
}

export class Thenable {
  // biome-ignore lint/suspicious/noThenProperty: that is the point
  then(_resolve, reject) {
    reject();
  }
}
