// Classes that the threads of these tests register, each on its own.

import { registerClass } from 'heddle';

/** Its own properties are all it has. */
export class User {
  constructor(first, last) {
    throw new Error(`the constructor was called for ${first} ${last}`);
  }

  static named(first, last, friends = []) {
    return Object.assign(Object.create(User.prototype), { first, last, friends });
  }

  get name() {
    return `${this.first} ${this.last}`;
  }

  rename(last) {
    this.last = last;
    return this;
  }
}

export class Admin extends User {
  get name() {
    return `${super.name} (admin)`;
  }
}

/** What it is made of is private. */
export class Money {
  #cents;

  constructor(cents) {
    this.#cents = cents;
  }

  get cents() {
    return this.#cents;
  }

  add(cents) {
    this.#cents += cents;
  }

  valueOf() {
    return this.#cents;
  }

  static toValue(money) {
    return money.#cents;
  }
}

export class Refusal extends Error {
  status = 403;

  get advice() {
    return `ask (${this.status})`;
  }
}

export function registerAll() {
  registerClass(User);
  registerClass(Money, { toValue: Money.toValue, fromValue: (cents) => new Money(cents) });
  registerClass(Refusal);
}
