// Random trees of scopes, whose tasks succeed, fail, clean up slowly or take no notice, some of them aborted from outside: whatever happens, no
// child outlives its scope, the first failure wins, every cleanup ran to its end, nothing begins in a cancelled scope, and nobody listens any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concurrent, pipeline, race, suppressedErrors, TimeoutError, timeout } from 'heddle';
import { loops, random } from '../support/random.js';
import { inTime, turn } from '../support/wait.js';
import { drained } from './support.js';

const NEVER = Number.POSITIVE_INFINITY;
const below = (n) => Math.floor(random() * n);
const oneOf = (list) => list[below(list.length)];

const counts = { trees: 0, leaves: 0, failed: 0, aborted: 0, cleanups: 0, timeouts: 0, suppressed: 0 };

async function turns(n) {
  for (; n > 0; n--) await turn();
}

class Failure extends Error {}

/** A node of a tree: a leaf, or a scope with nodes in it. */
function drawTree(depth) {
  if (depth === 0 || random() < 0.3) {
    return {
      kind: oneOf(['succeed', 'succeed', 'fail', 'wait', 'ignore', 'throw']),
      turns: below(5),
      cleanup: below(4),
    };
  }
  const kind = oneOf(['concurrent', 'concurrent', 'race', 'timeout', 'pipeline']);
  const children = Array.from({ length: kind === 'timeout' ? 1 : 1 + below(4) }, () => drawTree(depth - 1));
  return {
    kind,
    children,
    limit: oneOf([1, 2, NEVER]),
    settle: random() < 0.2,
    until: oneOf(['settled', 'success']),
    ms: oneOf([0, 1, 60_000]),
  };
}

/** Waits for other tasks to end it can only be ended itself: a race of nobody but those would go on for ever. */
const canEnd = (node) => {
  if (node.kind === 'wait') return false;
  if (node.children === undefined || node.kind === 'timeout')
    return node.kind !== 'timeout' || node.ms < 60_000 || canEnd(node.children[0]);
  if (node.kind === 'race') return node.until === 'settled' ? node.children.some(canEnd) : node.children.every(canEnd);
  return node.children.every(canEnd);
};

class Run {
  running = 0;
  cleaning = 0;
  errors = [];

  /** Calls a node as a task of the scope that it is in; `parent` is what that is told. */
  async task(node, scope, parent) {
    assert.equal(scope.signal.aborted, false, 'nothing begins in a cancelled scope');
    parent.open++;
    parent.most = Math.max(parent.most, parent.open);
    try {
      const value = await (node.children === undefined ? this.leaf(node, scope) : this.scope(node));
      parent.settled.push({ value });
      return value;
    } catch (error) {
      parent.settled.push({ error });
      throw error;
    } finally {
      parent.open--;
    }
  }

  async leaf({ kind, turns: count, cleanup }, { signal }) {
    counts.leaves++;
    this.running++;
    try {
      if (kind === 'throw') throw this.failure();
      if (kind === 'wait') {
        await new Promise((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', resolve, { once: true });
        });
      } else {
        for (let n = count; n > 0 && (kind === 'ignore' || !signal.aborted); n--) await turn();
      }
      if (kind === 'fail') throw this.failure();
      if (kind !== 'ignore') signal.throwIfAborted();
      return { leaf: kind };
    } finally {
      counts.cleanups++;
      this.cleaning++;
      await turns(cleanup);
      this.cleaning--;
      this.running--;
    }
  }

  failure() {
    counts.failed++;
    const failure = new Failure(`${this.errors.length}`);
    this.errors.push(failure);
    return failure;
  }

  async scope(node) {
    const state = { open: 0, most: 0, settled: [] };
    const call = (child) => (scope) => this.task(child, scope, state);
    const tasks = node.children.map(call);
    let outcome;
    try {
      outcome = { value: await this.call(node, tasks) };
    } catch (error) {
      outcome = { error };
    }
    assert.equal(state.open, 0, 'no child outlives its scope');
    this.check(node, outcome, state);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  call({ kind, limit, settle, until, ms }, tasks) {
    if (kind === 'concurrent') return concurrent(tasks, { limit, settle, grace: NEVER });
    if (kind === 'race') return race(tasks, { until, grace: NEVER });
    if (kind === 'timeout') return timeout(tasks[0], ms, { grace: NEVER });
    return drained(pipeline(tasks, [(task, scope) => task(scope)], { parallelism: 2, grace: NEVER }));
  }

  /** What the tasks of a scope have come to, in time, says what it comes to. */
  check({ kind, limit, settle, until, children }, outcome, { settled, most }) {
    const isOwn = 'error' in outcome && (outcome.error instanceof Failure || outcome.error instanceof AggregateError);
    if (kind === 'concurrent') assert.ok(most <= limit);
    if (kind === 'pipeline') assert.ok(most <= 2);
    if ('error' in outcome && outcome.error instanceof TimeoutError) counts.timeouts++;
    const firstFailure = settled.find((one) => 'error' in one);
    if (kind === 'concurrent' || kind === 'pipeline') {
      if (!('error' in outcome)) {
        assert.equal(settled.length, children.length);
        if (!settle) assert.equal(firstFailure, undefined);
      } else if (isOwn && !settle && firstFailure !== undefined) {
        // Either its own first one, or it was cancelled from outside with another.
        const isFirst = outcome.error === firstFailure.error;
        assert.ok(
          isFirst || !settled.some((one) => one.error === outcome.error) || firstFailure.error instanceof DOMException,
        );
      }
    } else if (kind === 'race' && !('error' in outcome)) {
      const winner = until === 'settled' ? settled[0] : settled.find((one) => 'value' in one);
      assert.equal(winner.value, outcome.value);
    }
    if ('error' in outcome) counts.suppressed += suppressedErrors(outcome.error).length;
  }
}

test('random trees', async () => {
  for (let round = loops(400); round > 0; round--) {
    let tree = drawTree(4);
    if (tree.children === undefined) tree = { kind: 'concurrent', children: [tree], limit: NEVER, settle: false };
    const run = new Run();
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = function (...args) {
      listeners++;
      return addEventListener.apply(this, args);
    };
    signal.removeEventListener = function (...args) {
      listeners--;
      return removeEventListener.apply(this, args);
    };
    const reason = new Failure('from outside');
    const aborts = !canEnd(tree) || random() < 0.3;
    const outcome = concurrent([() => run.scope(tree)], { signal, grace: NEVER }).then(
      () => undefined,
      (error) => error,
    );
    let wasAborted = false;
    if (aborts) {
      await turns(below(12));
      listeners = signal.aborted ? 0 : listeners;
      controller.abort(reason);
      wasAborted = true;
      counts.aborted++;
    }
    const error = await inTime(outcome, 'a tree of scopes to end');
    assert.equal(run.running, 0, 'no leaf outlives its tree');
    assert.equal(run.cleaning, 0, 'every cleanup ran to its end');
    if (!wasAborted) assert.equal(listeners, 0, 'nobody listens');
    if (error instanceof Failure)
      assert.ok(error === reason || run.errors.includes(error), 'errors come out as they are');
    counts.trees++;
  }
  console.log(counts);
  for (const name of ['failed', 'aborted', 'cleanups', 'timeouts', 'suppressed']) assert.ok(counts[name] > 0, name);
});
