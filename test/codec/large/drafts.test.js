import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena, applyPatch, Bytes, canDraft, Draft, decodeValue, openView } from '../../../dist/codec/index.js';
import { loops, seed } from '../../support/random.js';
import { assertSame, encoded, roundTrip } from '../support.js';

const rows = (count) => Array.from({ length: count }, (_, i) => ({ id: i, name: `user ${i}`, tags: ['a', i] }));

const sample = () => ({
  name: 'configuration',
  limits: { requests: 4, none: null },
  sections: { first: { title: 'First', rows: rows(200) }, second: { title: 'Second', rows: rows(300) } },
  byKey: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, { place: i, text: `text ${i}` }])),
  numbers: Array.from({ length: 100 }, (_, i) => i / 3),
  map: new Map([[1, { a: 1 }]]),
  date: new Date(5),
  bytes: new Uint8Array([1, 2, 3]),
});

for (let i = 0; i < 2; i++) roundTrip(sample());

const arena = new Arena();

/** The bytes of a value after `change`, and what the patch was. */
function patchedBy({ bytes, length }, change) {
  assert.ok(canDraft(bytes));
  const draft = new Draft(bytes, length);
  try {
    change(draft.value);
    const mark = arena.tail;
    const patched = draft.finish(arena);
    assert.ok(patched !== null);
    const result = applyPatch(bytes.u8.subarray(0, length), arena, patched);
    arena.release(mark);
    const buffer = new ArrayBuffer((result.length + 7) & ~7);
    new Uint8Array(buffer).set(result);
    return { bytes: new Bytes(buffer), length: result.length, patched };
  } finally {
    draft.end();
  }
}

function assertChange(change, value = sample()) {
  const after = patchedBy(encoded(value), change);
  change(value);
  assertSame(decodeValue(after.bytes, 0, after.length), value);
  assertSame(openView(after.bytes, after.length, { small: 40, tiny: 20 }), value);
  return after.patched;
}

test('a draft reads like the value', () => {
  const { bytes, length } = encoded(sample());
  const draft = new Draft(bytes, length).value;
  assertSame(draft, sample());
  assert.equal(draft.sections.first.rows, draft.sections.first.rows);
  assert.equal(JSON.stringify(draft), JSON.stringify(sample()));
  assert.ok('key 5' in draft.byKey && !('none' in draft.byKey) && Array.isArray(draft.numbers));
  assert.deepEqual(
    draft.sections.first.rows.filter(({ id }) => id < 3).map(({ name }) => name),
    ['user 0', 'user 1', 'user 2'],
  );
  assert.equal(
    draft.numbers.reduce((sum, n) => sum + n),
    sample().numbers.reduce((sum, n) => sum + n),
  );
});

test('nothing changed, nothing said', () => {
  const { patched } = patchedBy(encoded(sample()), (draft) => {
    JSON.stringify(draft.sections);
    draft.byKey['key 4'].place;
  });
  assert.deepEqual([patched.count, patched.length], [0, 0]);
});

const changes = {
  'a number': (v) => (v.limits.requests = 5),
  'a text': (v) => (v.name = 'another'),
  'another type': (v) => (v.limits.none = { now: ['there'] }),
  'a field deep down': (v) => (v.sections.second.rows[77].name = 'changed'),
  'many fields': (v) => {
    for (const row of v.sections.first.rows) row.id += 1000;
  },
  'an element': (v) => (v.sections.first.rows[3] = { id: -1 }),
  'an element of numbers': (v) => (v.numbers[3] = 7),
  'a text among numbers': (v) => (v.numbers[3] = 'seven'),
  'a property of many': (v) => (v.byKey['key 250'] = { place: -1 }),
  'within a property of many': (v) => (v.byKey['key 250'].text = 'changed'),
  'a new property': (v) => (v.limits.added = [1]),
  'a new property of many': (v) => (v.byKey.added = { place: 5 }),
  'a property less': (v) => delete v.byKey['key 7'],
  push: (v) => v.sections.first.rows.push({ id: 5 }, { id: 6 }),
  pop: (v) => v.sections.first.rows.pop(),
  shift: (v) => v.sections.first.rows.shift(),
  unshift: (v) => v.sections.first.rows.unshift('first'),
  splice: (v) => v.sections.second.rows.splice(10, 5, { id: 'new' }),
  sort: (v) => v.sections.second.rows.sort((a, b) => b.id - a.id),
  reverse: (v) => v.sections.second.rows.reverse(),
  length: (v) => (v.numbers.length = 3),
  holes: (v) => {
    v.numbers[150] = 1;
    delete v.numbers[4];
  },
  copyWithin: (v) => v.numbers.copyWithin(0, 50, 60),
  'a part in two places': (v) => {
    v.copied = v.sections.first;
    v.sections.first.title = 'Both';
    v.sections.second.rows[0] = v.sections.second.rows[1];
    v.sections.second.rows[1].name = 'both rows';
  },
  'a part that moves': (v) => {
    const { first } = v.sections;
    delete v.sections.first;
    first.title = 'Moved';
    v.moved = first;
  },
  'two elements that change places': (v) => {
    const { rows } = v.sections.first;
    [rows[1], rows[2]] = [rows[2], rows[1]];
    rows[1].name = 'was the second';
  },
  'a Map, a Date and bytes': (v) => {
    v.map.get(1).a = 2;
    v.map.set('new', v.limits);
    v.date.setTime(9);
    v.bytes[1] = 200;
  },
  'Object.assign': (v) => Object.assign(v.limits, { requests: 9, more: true }),
  defineProperty: (v) => Object.defineProperty(v.limits, 'requests', { value: 1, enumerable: true }),
  '__proto__ as a name': (v) => Object.defineProperty(v.limits, '__proto__', { value: 1, enumerable: true }),
  'all of it': (v) => {
    for (const key of Object.keys(v)) delete v[key];
    v.only = 1;
  },
};

for (const [name, change] of Object.entries(changes)) test(`a draft takes ${name}`, () => void assertChange(change));

test('a root that is an array, and one that is a dictionary', () => {
  assertChange((v) => v.push(7), rows(50));
  assertChange((v) => (v[3].name = 'x'), rows(50));
  assertChange((v) => (v['key 3'] = 'x'), sample().byKey);
  assertChange((v) => (v.added = 'x'), sample().byKey);
});

test('what is appended is in proportion to what has changed', () => {
  const { count, length } = assertChange((v) => (v.sections.second.rows[7].id = 70));
  assert.deepEqual([count, length], [1, 0]);
  const pushed = assertChange((v) => v.sections.second.rows.push({ id: 1 }));
  assert.ok(pushed.length < 300 * 9 + 100);
});

test('bytes that are not used any more are counted, until it is better to encode the value anew', () => {
  let state = encoded({ long: 'x'.repeat(1000), short: 1, list: rows(20) });
  for (let turn = 0; ; turn++) {
    state = patchedBy(state, (v) => (v.long = `${turn}`.repeat(500)));
    assert.equal(decodeValue(state.bytes, 0, state.length).long, `${turn}`.repeat(500));
    if (state.patched.sparse) break;
    assert.ok(turn < 20);
  }
});

test('a draft that was given back is of no use', () => {
  const { bytes, length } = encoded(sample());
  const draft = new Draft(bytes, length);
  const { limits } = draft.value;
  draft.end();
  for (const use of [() => limits.requests, () => (limits.requests = 1), () => Object.keys(draft.value)])
    assert.throws(use, { name: 'TypeError', message: /get\(\) or view\(\)/ });
});

test('what cannot be stored is refused, and the arena is as it was', () => {
  const { bytes, length } = encoded(sample());
  const draft = new Draft(bytes, length);
  draft.value.limits.requests = () => {};
  const { tail } = arena;
  assert.throws(() => draft.finish(arena), { name: 'DataCloneError' });
  assert.equal(arena.tail, tail);
});

// ---------------------------------------------------------------- any edits of any plain data

const anyPlain = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.integer(), fc.string(), fc.constantFrom(null, true, undefined, 'ä', '\u{1f9f5}'), fc.double()),
  list: fc.array(tie('value'), { maxLength: 6 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', '1', '__proto__'), tie('value'), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
  value: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
})).object;

/** Walks down by the numbers of `path` to some container. */
function containerAt(value, path) {
  let at = value;
  for (const step of path) {
    const inner = Object.keys(at).filter((key) => typeof at[key] === 'object' && at[key] !== null);
    if (inner.length === 0) break;
    at = at[inner[step % inner.length]];
  }
  return at;
}

const edits = {
  set(at, key, value) {
    const keys = Object.keys(at);
    if (keys.length > 0) at[keys[key % keys.length]] = value;
  },
  add: (at, key, value) => (Array.isArray(at) ? at.push(value) : (at[`new ${key % 3}`] = value)),
  remove(at, key) {
    const keys = Object.keys(at);
    if (keys.length > 0) delete at[keys[key % keys.length]];
  },
  turn: (at) => Array.isArray(at) && at.reverse(),
  cut: (at, key) => Array.isArray(at) && at.splice(key % (at.length + 1), 1),
  double(at, key) {
    const keys = Object.keys(at);
    if (keys.length > 0 && !Array.isArray(at)) at.doubled = structuredClone(unproxied(at[keys[key % keys.length]]));
  },
};

const unproxied = (value) => (typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value);

const anyEdit = fc.record({
  path: fc.array(fc.nat(5), { maxLength: 4 }),
  op: fc.constantFrom(...Object.keys(edits)),
  key: fc.nat(9),
  value: fc.oneof(fc.integer(), fc.string(), anyPlain),
});

test('any edits in any number of rounds give what they give on the value itself', () => {
  let rounds = 0;
  fc.assert(
    fc.property(
      anyPlain,
      fc.array(fc.array(anyEdit, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      (value, script) => {
        const model = structuredClone(value);
        for (let warm = 0; warm < 2; warm++) encoded(value);
        let state = encoded(value);
        for (const round of script) {
          const change = (root) => {
            for (const { path, op, key, value } of round)
              edits[op](containerAt(root, path), key, structuredClone(value));
          };
          state = patchedBy(state, change);
          change(model);
          assertSame(decodeValue(state.bytes, 0, state.length), model);
          assertSame(openView(state.bytes, state.length, { small: 30, tiny: 10 }), model);
          rounds++;
        }
      },
    ),
    { seed, numRuns: loops(200) },
  );
  console.log(`${rounds} rounds of edits`);
  assert.ok(rounds > 0);
});
