import { registerClass, SharedMap } from 'heddle';
import { packFailure } from '../../../dist/pool/shipping/failure.js';
import { TaskFunctions } from '../../../dist/pool/shipping/find.js';
import * as tasks from './tasks.js';
import * as throwing from './throwing.js';

/** What each description stands for in this thread, and what it gives for 20. */
export async function find(descriptions) {
  const functions = new TaskFunctions(tasks, 'file:///tasks.js');
  const results = [];
  for (const description of descriptions) {
    try {
      const fn = await functions.find(description);
      results.push([Object.values(tasks).includes(fn) ? 'export' : 'source', await fn(20)]);
    } catch (error) {
      results.push([error.name, error.names]);
    }
  }
  return results;
}

class OnlyHere {}

/** Leaves failures in a map. */
export function fail(name) {
  registerClass(OnlyHere, { name: 'threads: OnlyHere' });
  const failures = new SharedMap({ name });
  const error = new throwing.NotFoundError('of the worker', { cause: new TypeError('why') });
  const stranger = Object.assign(new RangeError('stranger'), { data: { deep: new OnlyHere() }, failures });
  for (const [key, thrown] of Object.entries({ error, stranger })) failures.set(key, packFailure(thrown, throwing));
}
