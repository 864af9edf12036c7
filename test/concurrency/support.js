// What tests of scopes have in common.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { currentScope } from 'heddle';

/** Rejects with the signal's reason when it aborts; calls `cleanUp` before. */
export function untilAborted({ signal }, cleanUp = () => {}) {
  return new Promise((_, reject) => {
    const aborted = async () => {
      try {
        await cleanUp();
        reject(signal.reason);
      } catch (error) {
        reject(error);
      }
    };
    if (signal.aborted) void aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
}

/** What a channel tells while `fn` runs. */
export async function heard(channel, fn) {
  const messages = [];
  const listener = (message) => messages.push(message);
  subscribe(channel, listener);
  try {
    await fn();
  } finally {
    unsubscribe(channel, listener);
  }
  return messages;
}

export const isAborted = () => currentScope().signal.aborted;

/** Takes all that an async iterable gives. */
export async function drained(results) {
  const all = [];
  for await (const result of results) all.push(result);
  return all;
}

/** Numbers from 0; tells how far it got and whether it was closed. */
export function counting(end = Number.POSITIVE_INFINITY) {
  const source = {
    read: 0,
    closed: 0,
    async *[Symbol.asyncIterator]() {
      try {
        while (source.read < end) yield source.read++;
      } finally {
        source.closed++;
      }
    },
  };
  return source;
}

/** Something to be disposed of. */
export function disposable(how = Symbol.asyncDispose) {
  const resource = {
    disposed: 0,
    async [how]() {
      await null;
      resource.disposed++;
    },
  };
  return resource;
}
