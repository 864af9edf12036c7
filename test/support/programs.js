// Random programs of operations and nested transactions, run on a shared collection and on a plain model of it. The model has the
// collection's methods, and `save()` and `restore(saved)` for transactions that fail.

import fc from 'fast-check';
import { transaction, transactionSync } from 'heddle';

/** Programs of steps that `operation` draws: `{ op, … }`. */
export function programsOf(operation) {
  return fc.letrec((tie) => ({
    transaction: fc.record({ op: fc.constant('transaction'), body: tie('program'), fails: fc.boolean() }),
    step: fc.oneof({ maxDepth: 3 }, { weight: 5, arbitrary: operation }, { weight: 1, arbitrary: tie('transaction') }),
    program: fc.array(tie('step'), { maxLength: 15 }),
  })).program;
}

class Failure extends Error {}

function ignoreFailure(error) {
  if (!(error instanceof Failure)) throw error;
}

/** What each step gives on the model; `perform[op](target, step)` does a step. */
export function expectedLog(program, perform, model, log = []) {
  for (const step of program) {
    if (step.op !== 'transaction') {
      log.push(perform[step.op](model, step));
      continue;
    }
    const before = model.save();
    expectedLog(step.body, perform, model, log);
    if (step.fails) model.restore(before);
  }
  return log;
}

/** What each step gives on the collection, in synchronous transactions. */
export function sharedLog(program, perform, shared, log = []) {
  for (const step of program) {
    if (step.op !== 'transaction') {
      log.push(perform[step.op](shared, step));
      continue;
    }
    const { length } = log;
    try {
      transactionSync(() => {
        log.length = length; // of what a run said that has lost
        sharedLog(step.body, perform, shared, log);
        if (step.fails) throw new Failure();
      });
    } catch (error) {
      ignoreFailure(error);
    }
  }
  return log;
}

/** The same in asynchronous ones. */
export async function sharedLogAsync(program, perform, shared, log = []) {
  for (const step of program) {
    await null;
    if (step.op !== 'transaction') {
      log.push(await perform[step.op](shared, step));
      continue;
    }
    const { length } = log;
    try {
      await transaction(async () => {
        log.length = length;
        await sharedLogAsync(step.body, perform, shared, log);
        if (step.fails) throw new Failure();
      });
    } catch (error) {
      ignoreFailure(error);
    }
  }
  return log;
}
