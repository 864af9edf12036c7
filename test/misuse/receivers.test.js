// Methods and accessors that are called on what they are not for: on nothing, on another class's instance, on a forged one, and on a
// collection that has been destroyed.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as heddle from 'heddle';
import { propertyOf, readDeclarations } from './declarations.js';
import { outcomeOf, whatIsWrongWith } from './outcome.js';
import { argumentFor, endPool, SUBJECTS } from './subjects.js';

const exported = { ...heddle };
const counts = { calls: 0, refused: 0, accepted: 0 };

/** What needs nothing of its receiver: it returns that, or says what the class is called. */
const OF_ANYTHING = /^(Watcher\.@@asyncIterator|\w+\.@@toStringTag)$/;

const classes = [...readDeclarations().classes].filter(([name]) => name in SUBJECTS);
const another = { SharedMap: 'SharedSet', SharedSet: 'SharedMap' };

/** A call of a member as it should be, but for its receiver. */
function callOf(prototype, name, { key, kind, parameters }) {
  const { get, value } =
    Object.getOwnPropertyDescriptor(prototype, propertyOf(key)) ?? assert.fail(`no ${name}.${key}`);
  return (receiver) => {
    if (kind === 'get') return get.call(receiver);
    return value.apply(
      receiver,
      parameters.map((parameter) => argumentFor(`${name}.${key}`, parameter)()),
    );
  };
}

async function count(call, what) {
  const outcome = await outcomeOf(call, what);
  counts.calls++;
  counts[outcome.refused ? 'refused' : 'accepted']++;
  return outcome;
}

for (const [name, { members }] of classes) {
  test(`members of ${name} refuse another receiver`, async () => {
    const { make, end } = SUBJECTS[name];
    const subject = await make();
    const prototype = Object.getPrototypeOf(subject);
    const other = another[name] ?? 'SharedMap';
    const instance = new exported[other]();
    const receivers = {
      undefined: undefined,
      null: null,
      'a number': 1,
      'an object': {},
      'a proxy of one': new Proxy(subject, {}),
      'a forged one': Object.create(prototype),
      'one that inherits from one': Object.create(subject),
      [`a ${other}`]: instance,
    };
    const failures = [];
    for (const member of members.filter(({ kind }) => kind !== 'constructor')) {
      if (OF_ANYTHING.test(`${name}.${member.key}`)) continue;
      const call = callOf(prototype, name, member);
      for (const [what, receiver] of Object.entries(receivers)) {
        const title = `${name}.${member.key} of ${what}`;
        const { error, refused } = await count(() => call(receiver), title);
        // What is made of public methods works for whatever has those, as forEach does, and Array.prototype.fill.
        if (refused && !(error instanceof TypeError)) failures.push(`${title}: ${error}`);
      }
    }
    instance.destroy();
    await end(subject);
    assert.deepEqual(failures, []);
  });

  if (exported[name]?.prototype.destroy === undefined) continue;
  test(`members of a destroyed ${name} return, or say that it is destroyed`, async () => {
    const destroyed = SUBJECTS[name].make();
    destroyed.destroy();
    const failures = [];
    for (const member of members.filter(({ kind }) => kind !== 'constructor')) {
      const call = callOf(Object.getPrototypeOf(destroyed), name, member);
      const title = `${name}.${member.key} of a destroyed one`;
      const { error, refused } = await count(() => call(destroyed), title);
      if (refused && error?.code !== 'ERR_HEDDLE_COLLECTION_DESTROYED')
        failures.push(`${title}: ${whatIsWrongWith(error)} ${error}`);
    }
    assert.deepEqual(failures, []);
  });
}

after(async () => {
  await endPool();
  console.log(`${counts.calls} calls: ${counts.refused} refused, ${counts.accepted} accepted`);
  assert.ok(counts.refused > 0 && counts.accepted > 0);
});
