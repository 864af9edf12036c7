// registerClass: instances that keep their prototype.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DuplicateClassError,
  readTransactionSync,
  registerClass,
  runOutside,
  SharedMap,
  SharedRecord,
  transaction,
  transactionSync,
  UnknownClassError,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';
import { runInWorker } from '../support/workers.js';
import { Admin, Money, Refusal, registerAll, User } from './shapes.js';

registerAll();

/** @returns {any} a map whose entries this thread reads from the engine, not from what it has cached of its own writes */
const mapOf = (entries) => new SharedMap(Object.entries(entries));

test('an instance is copied with its prototype, without its constructor', () => {
  const ada = User.named('Ada', 'Byron', [User.named('Mary', 'Somerville')]);
  const map = mapOf({ ada });
  for (let i = 0; i < 4; i++) {
    const copy = map.get('ada');
    assert.equal(Object.getPrototypeOf(copy), User.prototype);
    assert.deepEqual(Object.keys(copy), ['first', 'last', 'friends']);
    assert.equal(copy.name, 'Ada Byron');
    assert.equal(copy.friends[0].name, 'Mary Somerville');
    copy.rename('Lovelace').friends[0].rename('Greig');
  }
  assert.equal(map.get('ada').name, 'Ada Byron');
  assert.equal(map.get('ada').friends[0].name, 'Mary Somerville');
  map.update('ada', (user) => void user.rename('Lovelace'));
  assert.equal(map.get('ada').name, 'Ada Lovelace');
});

test('private fields survive toValue and fromValue', () => {
  const map = mapOf({ price: new Money(5), list: [new Money(1), { deep: new Map([['m', new Money(2)]]) }] });
  for (let i = 0; i < 4; i++) {
    const price = map.get('price');
    assert.equal(price.cents, 5);
    price.add(1);
    const [first, { deep }] = map.get('list');
    assert.deepEqual([first.cents, deep.get('m').cents], [1, 2]);
    first.add(10);
    deep.get('m').add(10);
  }
  map.update('price', (price) => void price.add(10));
  assert.equal(map.get('price').cents, 15);
});

test('a view is an instance, frozen, the same one while nothing has changed', () => {
  const map = mapOf({
    ada: User.named('Ada', 'Byron', [new Set([1])]),
    price: new Money(5),
    plain: { m: new Money(6) },
  });
  const ada = map.view('ada');
  assert.equal(ada.name, 'Ada Byron');
  assert.equal(map.view('ada'), ada);
  assert.throws(() => ada.rename('x'), nativeError(TypeError));
  assert.throws(() => ada.friends.push(1), nativeError(TypeError));
  assert.throws(() => ada.friends[0].add(1), nativeError(TypeError));
  assert.ok(map.get('ada').friends[0].add(2).has(2));
  const price = map.view('price');
  assert.ok(Object.isFrozen(price));
  assert.equal(map.view('price'), price);
  // A private field cannot be frozen: what is done to it stays in this view.
  price.add(1);
  map.view('plain').m.add(1);
  assert.deepEqual([map.get('price').cents, map.get('plain').m.cents], [5, 6]);
});

test('in records, iteration, many keys and transactions', async () => {
  const record = new SharedRecord({ initial: { owner: User.named('Ada', 'B'), price: new Money(1) } });
  assert.equal(record.toObject().owner.name, 'Ada B');
  assert.equal(record.values()[1].cents, 1);
  const map = new SharedMap(
    Array.from({ length: 3000 }, (_, i) => [i, i % 2 ? new Money(i) : User.named(`${i}`, 'x')]),
  );
  let instances = 0;
  for (const [key, value] of map) {
    assert.equal(key % 2 ? value.cents : Number(value.first), key);
    instances++;
  }
  console.log(`${instances} instances were read`);
  assert.equal(instances, 3000);
  assert.deepEqual(
    [...map.getMany([1, 2]).values()].map((value) => value.constructor),
    [Money, User],
  );
  await transaction(async () => {
    map.set('m', new Money(7));
    await null;
    assert.equal(map.get('m').cents, 7);
    assert.equal(map.view('m').cents, 7);
    assert.equal(map.view(0).name, '0 x');
  });
  assert.equal(
    readTransactionSync(() => map.get('m').cents),
    7,
  );
});

test('in large values', () => {
  const text = 'x'.repeat(100);
  const make = (i) => ({ text, user: User.named(`${i}`, 'x'), price: new Money(i) });
  const map = mapOf({ list: Array.from({ length: 2000 }, (_, i) => make(i)) });
  for (let i = 0; i < 2; i++) {
    const copy = map.get('list');
    const view = map.view('list');
    for (const list of [copy, view]) {
      assert.equal(list.length, 2000);
      assert.equal(list[1999].user.name, '1999 x');
      assert.equal(list[1999].price.cents, 1999);
    }
    copy[0].user.rename('y');
    copy[0].price.add(1);
    assert.throws(() => view[0].user.rename('y'), nativeError(TypeError));
  }
  assert.deepEqual([map.get('list')[0].user.name, map.get('list')[0].price.cents], ['0 x', 0]);
  map.update('list', (list) => {
    list[0].user.rename('z');
    list[1].price.add(5);
    list.push(make(2000));
  });
  const [first, second] = map.get('list');
  assert.deepEqual([first.user.name, second.price.cents, map.view('list')[2000].user.name], ['0 z', 6, '2000 x']);
});

test('errors keep their class with all that errors keep', () => {
  const cause = new Error('cause');
  const map = mapOf({ refusal: Object.assign(new Refusal('no', { cause }), { at: [1] }) });
  for (let i = 0; i < 3; i++) {
    for (const error of [map.get('refusal'), map.view('refusal')]) {
      assert.equal(Object.getPrototypeOf(error), Refusal.prototype);
      assert.deepEqual([error.message, error.advice, error.at, error.cause.message], ['no', 'ask (403)', [1], 'cause']);
      assert.equal(Object.prototype.toString.call(error), '[object Error]');
    }
  }
});

test('an unregistered subclass arrives as the nearest registered class', () => {
  const map = mapOf({ root: Object.setPrototypeOf(User.named('Root', 'B'), Admin.prototype) });
  assert.equal(map.get('root').constructor, User);
  registerClass(Admin);
  map.set('root', Object.setPrototypeOf(User.named('Root', 'B'), Admin.prototype));
  assert.equal(map.get('root').name, 'Root B (admin)');
  const odd = Object.assign(User.named('Odd', 'B'), { save() {} });
  assert.throws(() => map.set('odd', { list: [odd] }), /DataCloneError: value\.list\[0\]\.save is a function/);
  class Plain {
    x = 1;
  }
  map.set('plain', new Plain());
  assert.equal(Object.getPrototypeOf(map.get('plain')), Object.prototype);
});

test('classes that derive from those of the language, by toValue and fromValue', () => {
  class Stack extends Array {
    top() {
      return this.at(-1);
    }
  }
  class Registry extends Map {}
  class Bytes extends Uint8Array {}
  for (const type of [Stack, Registry, Bytes, class extends EventTarget {}]) {
    assert.throws(
      () => registerClass(type, { name: 'derived' }),
      nativeError(TypeError, /state toValue and fromValue/),
    );
  }
  registerClass(Stack, { toValue: (stack) => Array.from(stack), fromValue: (list) => Stack.from(list) });
  registerClass(Registry, { toValue: (map) => [...map], fromValue: (entries) => new Registry(entries) });
  registerClass(Bytes, { toValue: (bytes) => [...bytes], fromValue: (list) => Bytes.from(list) });
  const map = mapOf({ all: [Stack.of(1, 2), new Registry([[1, { a: 2 }]]), Bytes.of(3)] });
  for (let i = 0; i < 3; i++) {
    for (const [stack, registry, bytes] of [map.get('all'), map.view('all')]) {
      assert.equal(stack.top(), 2);
      assert.ok(registry instanceof Registry && registry.get(1).a === 2);
      assert.ok(bytes instanceof Bytes && bytes[0] === 3);
    }
  }
});

test('own properties do not go through setters, and a __proto__ among them is data', () => {
  class Odd {
    set x(_value) {
      throw new Error('a setter was called');
    }
  }
  registerClass(Odd);
  const odd = Object.defineProperties(new Odd(), {
    x: { value: 1, enumerable: true },
    ['__proto__']: { value: [2], enumerable: true },
  });
  const map = mapOf({ odd });
  for (let i = 0; i < 4; i++) {
    for (const copy of [map.get('odd'), map.view('odd')]) {
      assert.equal(Object.getPrototypeOf(copy), Odd.prototype);
      assert.equal(copy.x, 1);
      assert.deepEqual(Object.getOwnPropertyDescriptor(copy, '__proto__').value, [2]);
    }
  }
});

test('other threads register for themselves', async () => {
  const name = 'classes: threads';
  const map = new SharedMap(
    [
      ['user', User.named('Ada', 'Byron')],
      ['money', new Money(5)],
      ['refusal', new Refusal('no')],
    ],
    { name },
  );
  const record = new SharedRecord({ name: `${name} record`, initial: { price: new Money(1) } });
  assert.deepEqual(await runInWorker(new URL('./tasks.js', import.meta.url), 'meet', name), {
    codes: ['ERR_HEDDLE_UNKNOWN_CLASS User', 'ERR_HEDDLE_UNKNOWN_CLASS Money'],
    seen: [true, 'Ada Byron', 5, true],
    field: true,
  });
  assert.equal(map.get('user').name, 'Ada from the worker');
  assert.equal(map.get('money').cents, 6);
  map.destroy();
  record.destroy();
});

test('a class that is registered otherwise than where it was stored is told from one that is not', () => {
  class Later {
    x = 1;
  }
  registerClass(Later);
  const map = mapOf({ a: new Later() });
  registerClass(Later, { toValue: () => 1, fromValue: () => new Later() });
  assert.throws(() => map.get('a'), heddleError(UnknownClassError, /as its properties.*with fromValue/));
  map.set('a', new Later());
  assert.equal(map.get('a').x, 1);
  map.set('a', new Later());
  registerClass(Later);
  assert.throws(() => map.get('a'), heddleError(UnknownClassError, /by a toValue.*without fromValue/));
  assert.throws(() => [...map], UnknownClassError);
  assert.deepEqual([...map.keys()], ['a']);
});

test('names', () => {
  const first = class Twin {};
  const second = class Twin {};
  registerClass(first);
  registerClass(first);
  assert.throws(() => registerClass(second), heddleError(DuplicateClassError, /"Twin".*name/));
  assert.throws(() => registerClass(first, { name: 'Other' }), heddleError(DuplicateClassError, /"Twin" already/));
  registerClass(second, { name: 'twin 2' });
  const map = mapOf({ both: [new first(), new second()] });
  assert.deepEqual(
    map.get('both').map((twin) => twin.constructor),
    [first, second],
  );
  for (const wrong of [null, {}, 'User', () => {}]) {
    assert.throws(() => registerClass(/** @type {any} */ (wrong)), nativeError(TypeError, /needs a class/));
  }
  assert.throws(() => registerClass(class {}), nativeError(TypeError, /has no name/));
  for (const options of [
    null,
    { nmae: 'x' },
    { name: 1 },
    { toValue() {} },
    { fromValue() {} },
    { toValue: 1, fromValue: 1 },
  ]) {
    assert.throws(() => registerClass(class A {}, /** @type {any} */ (options)), nativeError(TypeError));
  }
});

test('what toValue gives is refused where it cannot be shared, by its path, and nothing is left behind', () => {
  class Odd {}
  let give;
  registerClass(Odd, { name: 'odd 2', toValue: (odd) => give(odd), fromValue: () => new Odd() });
  const map = mapOf({ a: 1 });
  const refused = (make, message) => {
    give = make;
    for (const write of [
      () => map.set('a', { odd: new Odd() }),
      () => transactionSync(() => map.set('a', [[new Odd()]])),
    ]) {
      assert.throws(write, message);
    }
    assert.deepEqual([...map], [['a', 1]]);
  };
  const failure = new Error('from toValue');
  refused(
    () => {
      throw failure;
    },
    (error) => error === failure,
  );
  refused(() => ({ save() {} }), /DataCloneError: toValue\(value(\.odd|\[0\]\[0\])\)\.save is a function/);
  refused(() => Promise.resolve(), /toValue\(.*\) is a Promise/);
  refused((odd) => odd, /TypeError: The toValue of the class "odd 2" returned the instance itself/);
  refused((odd) => ({ odd }), /DataCloneError: .*refers back to/);
  give = () => {
    map.set('b', 2); // as a getter may
    return 3;
  };
  map.set('a', new Odd());
  assert.equal(map.get('b'), 2);
  assert.ok(map.get('a') instanceof Odd);
});

test('fromValue must give an instance, and must not use shared collections', () => {
  class Odd {}
  let make = () => new Odd();
  registerClass(Odd, { name: 'odd 3', toValue: () => 1, fromValue: () => make() });
  const map = mapOf({ a: new Odd(), b: 2 });
  const other = map.entries();
  const refused = (next, message) => {
    make = next;
    for (const read of [
      () => map.get('a'),
      () => map.view('a'),
      () => [...map],
      () => transactionSync(() => map.get('a')),
    ]) {
      assert.throws(read, message);
    }
    make = () => new Odd();
    for (let i = 0; i < 2; i++) assert.ok(map.get('a') instanceof Odd);
    assert.ok(map.view('a') instanceof Odd);
    assert.equal([...map].length, 2);
    map.set('a', new Odd());
  };
  refused(() => ({}), nativeError(TypeError, /no instance of it/));
  refused(() => undefined, nativeError(TypeError, /no instance of it/));
  for (const use of [
    () => map.get('b'),
    () => map.set('b', 3),
    () => new SharedMap(),
    () => transactionSync(() => map.get('b')),
    () => runOutside(() => map.get('b')),
    () => map.size,
    () => map.memory,
    () => [...map],
  ]) {
    refused(
      () => {
        use();
        return new Odd();
      },
      nativeError(TypeError, /must not use shared collections/),
    );
  }
  assert.equal(map.get('b'), 2);
  assert.equal([...other].length, 2);
});

test('handles are handles, and classes of handles are not registered', () => {
  for (const type of [SharedMap, class extends SharedRecord {}]) {
    assert.throws(
      () => registerClass(type, { name: 'handle', toValue: () => 1, fromValue: () => new SharedMap() }),
      nativeError(TypeError, /shared as such/),
    );
  }
});

test('instances in instances, as deep as values go', () => {
  class Node {}
  registerClass(Node);
  let chain = null;
  for (let level = 0; level < 500; level++) chain = Object.assign(new Node(), { next: chain });
  const map = mapOf({ chain });
  for (let i = 0; i < 3; i++) {
    let depth = 0;
    for (let node = map.get('chain'); node !== null; node = node.next) {
      assert.equal(Object.getPrototypeOf(node), Node.prototype);
      depth++;
    }
    assert.equal(depth, 500);
  }
  assert.throws(() => map.set('chain', Object.assign(new Node(), { next: chain })), /nested deeper/);
});
