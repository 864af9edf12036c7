// Every public function with every kind of wrong argument.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as heddle from 'heddle';
import { propertyOf, readDeclarations } from './declarations.js';
import { outcomeOf, whatIsWrongWith } from './outcome.js';
import { argumentFor, endPool, objectAround, PLACES, SUBJECTS } from './subjects.js';
import { WRONG } from './values.js';

const { classes, functions } = readDeclarations();
const exported = { ...heddle };

const counts = { calls: 0, refused: 0, accepted: 0 };

/** Where the language itself may speak, and why. */
const OF_LANGUAGE = [
  // Numbers and texts are taken as Array.prototype takes them, sets as Set.prototype does: conversions and their errors included.
  /^SharedArray\.(at|slice|splice|fill|indexOf|includes|join)\(/,
  /^SharedSet\.\w+\(other\.(size|keys): /,
  // What fails is their own code: getters and iterators that are inherited, and what those return.
  /: (a forged map|a forged array|the prototype of maps|an iterator of nothing)\)$/,
];

/** Methods that hand an error on that they are given, when they have done what they do. */
const HANDS_ON = /^Watcher\.throw\(/;

/** Lists of arguments with one that is wrong: `[what is wrong, arguments]`. */
function* wrongArguments(callee, parameters) {
  const makers = parameters.map((parameter) => {
    const make = argumentFor(callee, parameter);
    assert.ok(make, `nobody has said how to call ${callee}: what is a sensible ${parameter.name}?`);
    return make;
  });
  const list = (at, wrong) => makers.map((make, n) => (n === at ? wrong : make()));
  yield ['what is right', list(-1)];
  if (parameters.length > 0) yield ['nothing', []];
  for (const [at, parameter] of parameters.entries()) {
    for (const [what, make] of WRONG) yield [`${parameter.name}: ${what}`, list(at, make())];
    for (const property of parameter.properties) {
      for (const [what, make] of WRONG) {
        const object = { ...objectAround(callee, parameter, property), [property]: make() };
        yield [`${parameter.name}.${property}: ${what}`, list(at, object)];
      }
    }
  }
}

const failures = [];

/** Calls, and notes what is wrong with how that ended. */
async function judge(what, call) {
  counts.calls++;
  const outcome = await outcomeOf(call, what);
  counts[outcome.refused ? 'refused' : 'accepted']++;
  if (outcome.refused && !HANDS_ON.test(what)) {
    const { error } = outcome;
    const ofLanguage = OF_LANGUAGE.some((pattern) => pattern.test(what));
    const wrong = whatIsWrongWith(error, { ofLanguage });
    if (wrong !== null) failures.push(`${what}: ${wrong}: ${error?.name}: ${error?.message}`);
  }
  return outcome;
}

function assertNoFailures() {
  const list = failures.splice(0);
  assert.equal(list.length, 0, `${list.length} calls\n${list.slice(0, 40).join('\n')}`);
}

for (const [name, parameters] of functions) {
  test(`${name}() refuses what is wrong by a typed error`, async () => {
    const place = PLACES[name] ?? ((call) => call());
    for (const [wrong, list] of wrongArguments(name, parameters)) {
      await judge(`${name}(${wrong})`, () => place(() => exported[name](...list)));
    }
    assertNoFailures();
  });
}

for (const [name, { members, typeOnly }] of classes) {
  for (const { key, kind, parameters } of members) {
    if (kind !== 'constructor') testMember(name, key, kind, parameters);
    // Errors are exported for `instanceof`, and made by heddle alone.
    else if (!typeOnly && !(exported[name].prototype instanceof Error)) testConstructor(name, parameters);
  }
}

function testConstructor(name, parameters) {
  test(`new ${name}() refuses what is wrong by a typed error`, async () => {
    const { end } = SUBJECTS[name] ?? assert.fail(`nobody has said how to end a ${name}`);
    for (const [wrong, list] of wrongArguments(`new ${name}`, parameters)) {
      const { refused, result } = await judge(`new ${name}(${wrong})`, () => new exported[name](...list));
      if (!refused) await end(result);
    }
    assertNoFailures();
  });
}

function testMember(name, key, kind, parameters) {
  const callee = `${name}.${key}`;
  test(`${callee} refuses what is wrong by a typed error, and changes nothing then`, async () => {
    const { make, content, end } = SUBJECTS[name] ?? assert.fail(`nobody has said how to make a ${name}`);
    const property = propertyOf(key);
    for (const [wrong, list] of wrongArguments(callee, parameters)) {
      const subject = await make();
      const before = content(subject);
      const what = `${callee}(${wrong})`;
      const { refused } = await judge(what, () => (kind === 'get' ? subject[property] : subject[property](...list)));
      if (refused && !HANDS_ON.test(what))
        assert.deepEqual(content(subject), before, `${what} was refused, and has done something`);
      await end(subject);
    }
    assertNoFailures();
  });
}

after(async () => {
  await endPool();
  console.log(`${counts.calls} calls: ${counts.refused} refused, ${counts.accepted} accepted`);
  assert.ok(counts.refused > 0 && counts.accepted > 0);
});
