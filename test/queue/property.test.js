// Random programs on a shared queue and on an array must give the same results: transactions and all, and whoever waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedQueue } from 'heddle';
import { expectedLog, programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, seed } from '../support/random.js';
import { turn, until } from '../support/wait.js';

const item = fc.oneof(
  { weight: 5, arbitrary: fc.integer() },
  fc.string(),
  fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }),
  fc.constantFrom(undefined, null, 'x'.repeat(70_000)),
);
const items = fc.array(item, { maxLength: 4 });

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('enqueue'), item }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('enqueueMany'), items }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constantFrom('tryDequeue', 'dequeue') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('dequeueMany'), count: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('peek', 'size', 'isEmpty', 'isClosed') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear') }) },
);

/** What all of them end with: nothing can be added to a queue that was closed. */
const closing = fc.constantFrom([], [{ op: 'close' }]);

const program = programsOf(operation);

let counts = {};
const counted = (what, result) => {
  counts[what] = (counts[what] ?? 0) + 1;
  return result;
};

const PERFORM = {
  enqueue: (queue, { item }) => queue.enqueue(item),
  enqueueMany: (queue, { items }) => queue.enqueueMany(items),
  tryDequeue: (queue) => counted(queue.isEmpty ? 'nothing taken' : 'taken', queue.tryDequeue()),
  peek: (queue) => queue.peek(),
  size: (queue) => queue.size,
  isEmpty: (queue) => queue.isEmpty,
  isClosed: (queue) => queue.isClosed,
  clear: (queue) => counted('cleared', queue.clear()),
  close: (queue) => queue.close(),
};
const PERFORM_SYNC = {
  ...PERFORM,
  dequeue: PERFORM.tryDequeue,
  dequeueMany: (queue, { count }) => Array.from({ length: Math.min(count, queue.size) }, () => queue.tryDequeue()),
};
/** Those that never wait. */
const PERFORM_ASYNC = {
  ...PERFORM,
  dequeue: async (queue) => (queue.isEmpty ? undefined : await queue.dequeue()),
  dequeueMany: async (queue, { count }) => (queue.isEmpty ? [] : await queue.dequeueMany(count)),
};

/** The shared queue's methods, on an array. */
class PlainQueue {
  #items = [];
  isClosed = false;
  enqueue(item) {
    this.#items.push(item);
  }
  enqueueMany(items) {
    this.#items.push(...items);
  }
  tryDequeue() {
    return this.#items.shift();
  }
  peek() {
    return this.#items[0];
  }
  get size() {
    return this.#items.length;
  }
  get isEmpty() {
    return this.size === 0;
  }
  clear() {
    this.#items = [];
  }
  close() {
    this.isClosed = true;
  }
  save() {
    return [[...this.#items], this.isClosed];
  }
  restore([items, isClosed]) {
    this.#items = items;
    this.isClosed = isClosed;
  }
}

const FINALLY = [{ op: 'isClosed' }, { op: 'size' }, { op: 'dequeueMany', count: 1000 }, { op: 'isEmpty' }];

test('programs of sync transactions give what they give on an array', () => {
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 4 }), closing, (programs, end) => {
      const whole = [...programs.flat(), ...end, ...FINALLY];
      assert.deepEqual(
        sharedLog(whole, PERFORM_SYNC, new SharedQueue()),
        expectedLog(whole, PERFORM_SYNC, new PlainQueue()),
      );
    }),
    { seed, numRuns: loops(300) },
  );
});

test('programs of async transactions give what they give on an array', async () => {
  await fc.assert(
    fc.asyncProperty(program, closing, async (program, end) => {
      const whole = [...program, ...end, ...FINALLY];
      assert.deepEqual(
        await sharedLogAsync(whole, PERFORM_ASYNC, new SharedQueue()),
        expectedLog(whole, PERFORM_SYNC, new PlainQueue()),
      );
    }),
    { seed, numRuns: loops(300) },
  );
  console.log(counts);
  for (const what of ['taken', 'nothing taken', 'cleared']) assert.ok(counts[what] > 0, what);
});

// ---------------------------------------------------------------- waiting

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ op: 'dequeue' }) },
    { weight: 5, arbitrary: fc.constant({ op: 'enqueue' }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('enqueueMany'), count: fc.nat(4) }) },
    { weight: 4, arbitrary: fc.record({ op: fc.constant('giveUp'), which: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.constantFrom({ op: 'tryDequeue' }, { op: 'turn' }) },
    { weight: 1, arbitrary: fc.constant({ op: 'clear' }) },
  ),
  { minLength: 20, maxLength: 80 },
);

/** A queue and who waits for it, on arrays; `outcomes` has what each `dequeue` comes to. */
class PlainLine {
  items = [];
  line = [];
  onTheirWay = [];
  outcomes = [];
  #next = 0;

  dequeue() {
    const me = this.outcomes.push('pending') - 1;
    if (this.items.length > 0) this.outcomes[me] = this.items.shift();
    else this.line.push(me);
  }
  /** Numbers the new items. */
  enqueue(count) {
    for (let n = 0; n < count; n++) {
      if (this.line.length > 0) this.#handOver(this.#next++);
      else this.items.push(this.#next++);
    }
  }
  #handOver(item) {
    this.onTheirWay.push({ to: this.line.shift(), item });
  }
  giveUp(me) {
    const at = this.onTheirWay.findIndex(({ to }) => to === me);
    if (at >= 0) {
      const [{ item }] = this.onTheirWay.splice(at, 1);
      if (this.line.length > 0) this.#handOver(counted('handed on', item));
      else this.items.unshift(counted('returned', item));
    } else if (this.line.includes(me)) {
      this.line.splice(this.line.indexOf(counted('left the line', me)), 1);
    } else {
      return;
    }
    this.outcomes[me] = 'given up';
  }
  arrive() {
    for (const { to, item } of this.onTheirWay) this.outcomes[to] = counted('handed over', item);
    this.onTheirWay = [];
  }
}

test('who waits, gives up, and is handed what gets what it gets on arrays', async () => {
  counts = {};
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const queue = new SharedQueue();
      const plain = new PlainLine();
      const controllers = [];
      const outcomes = [];
      const unheard = () => plain.onTheirWay.some(({ to }) => outcomes[to] === 'pending');
      const arrive = async () => {
        await until(() => !unheard(), 'what is on its way');
        plain.arrive();
        await turn();
        assert.deepEqual(outcomes, plain.outcomes);
      };
      let next = 0;
      for (const { op, count = 1, which } of steps) {
        if (op === 'dequeue') {
          const me = outcomes.push('pending') - 1;
          controllers.push(new AbortController());
          queue.dequeue({ signal: controllers[me].signal }).then(
            (item) => (outcomes[me] = item),
            () => (outcomes[me] = 'given up'),
          );
          plain.dequeue();
        } else if (op === 'enqueue' || op === 'enqueueMany') {
          if (op === 'enqueue') queue.enqueue(next++);
          else queue.enqueueMany(Array.from({ length: count }, () => next++));
          plain.enqueue(count);
        } else if (op === 'giveUp' && outcomes.length > 0) {
          controllers[which % outcomes.length].abort();
          plain.giveUp(which % outcomes.length);
        } else if (op === 'turn') {
          await arrive();
        } else if (op === 'tryDequeue') {
          assert.equal(queue.tryDequeue(), plain.items.shift());
        } else if (op === 'clear') {
          queue.clear();
          plain.items = [];
        }
        assert.equal(queue.size, plain.items.length);
        assert.equal(queue.peek(), plain.items[0]);
      }
      await arrive();
      queue.close();
      for (const me of plain.line) plain.outcomes[me] = 'given up'; // they are told that it is closed
      plain.line = [];
      await until(() => !outcomes.includes('pending'), 'all to be told');
      assert.deepEqual(outcomes, plain.outcomes);
      assert.deepEqual(
        Array.from({ length: queue.size }, () => queue.tryDequeue()),
        plain.items,
      );
    }),
    { seed, numRuns: loops(200) },
  );
  console.log(counts);
  for (const what of ['handed over', 'returned', 'handed on', 'left the line']) assert.ok(counts[what] > 0, what);
});
