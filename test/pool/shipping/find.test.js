import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskAmbiguousError, TaskNotFoundError, TaskScopeError } from 'heddle';
import { describeFunction } from '../../../dist/pool/shipping/describe.js';
import { TaskFunctions } from '../../../dist/pool/shipping/find.js';
import { heddleError } from '../../support/errors.js';
import { FORMS } from './forms.js';
import * as tasks from './tasks.js';

const none = new TaskFunctions(undefined, undefined);
const script = new TaskFunctions(tasks, 'file:///tasks.js');

for (const [form, fn] of FORMS) {
  test(`a function is made from its source: ${form}`, async () => {
    const description = describeFunction(fn);
    const made = await none.find(description);
    assert.notEqual(made, fn);
    assert.equal(made.name, description.name);
    assert.equal(await made(20), 21);
    assert.equal(await Reflect.apply(made, undefined, [20]), 21);
  });
}

test('sources do not do anything but make the function', async () => {
  for (const source of [
    '() => 1)(), (globalThis.hit = true',
    '1',
    'x) { }, y(z',
    'a() {}, b() {}',
    'a: () => 1',
    'class A {}',
    'static {}',
    'get x() {} get y() {}',
    '',
  ]) {
    await assert.rejects(none.find({ name: 'odd', source }), heddleError(TaskScopeError, /cannot be read/));
  }
  assert.equal(Reflect.get(globalThis, 'hit'), undefined);
});

test('an export is found by its name, at once, with what is round it', () => {
  assert.equal(script.find(describeFunction(tasks.scaled)), tasks.scaled);
  assert.equal(script.find(describeFunction(tasks.default)), tasks.default);
  assert.equal(script.find(describeFunction(tasks.aliased)), tasks.aliased);
  assert.equal(script.named('scaled'), tasks.scaled);
  assert.equal(script.named('default'), tasks.default);
  assert.equal(script.named('Thing'), tasks.Thing);
});

test('an anonymous default export is called default', () => {
  const exports = { default: Object.defineProperty((x) => x, 'name', { value: 'default' }) };
  assert.equal(new TaskFunctions(exports, 'x').find(describeFunction(exports.default)), exports.default);
});

test('an export that looks the same in another thread is the function', () => {
  const { name, source } = describeFunction(tasks.scaled);
  assert.equal(script.find({ name, source: `${source}` }), tasks.scaled);
});

test('an export of the name with other source is another function', () => {
  function scaled(x) {
    return x;
  }
  assert.throws(
    () => script.find(describeFunction(scaled)),
    (error) => error.task === 'scaled' && heddleError(TaskAmbiguousError, /file:\/\/\/tasks\.js/)(error),
  );
  assert.throws(() => script.find(describeFunction(function Thing() {})), heddleError(TaskAmbiguousError));
});

test('an export of the name that is no function does not matter', async () => {
  const rate = (x) => x + 1;
  assert.equal((await script.find(describeFunction(rate)))(1), 2);
});

test('a function that only looks like an export of another name is made from its source', async () => {
  const { source } = describeFunction(tasks.twice);
  const made = await script.find({ name: 'other', source });
  assert.notEqual(made, tasks.twice);
  assert.equal(made(2), 4);
});

test('a function that is called as a renamed export is made from its source', async () => {
  function renamed(x) {
    return x + 1;
  }
  assert.notEqual(await script.find(describeFunction(renamed)), tasks.aliased);
});

test('a source may end in a comment', async () => {
  const made = await none.find({ name: '', source: 'x => x + 1 // more' });
  assert.equal(made(20), 21);
});

test('closures without a name are not taken for each other', async () => {
  const fn = tasks.scaledBy(5);
  assert.equal(String(fn), String(tasks.scaledBy3));
  await assert.rejects(script.find(describeFunction(fn)), (error) => {
    assert.deepEqual(error.names, ['factor']);
    return heddleError(TaskScopeError)(error);
  });
});

test('two exports that look alike are ambiguous unless they are one', () => {
  const make = () => {
    function inner(x) {
      return x;
    }
    return inner;
  };
  const one = make();
  assert.equal(new TaskFunctions({ a: one, b: one }, 'x').find(describeFunction(one)), one);
  assert.throws(
    () => new TaskFunctions({ a: one, b: make() }, 'x').find(describeFunction(one)),
    heddleError(TaskAmbiguousError, /several/),
  );
});

test('who asks for a name that is no exported function is told which are', () => {
  for (const name of ['gone', 'rate', 'toString', '__proto__']) {
    assert.throws(() => script.named(name), heddleError(TaskNotFoundError, /scaled.*twice/));
  }
  assert.throws(() => none.named('gone'), heddleError(TaskNotFoundError, /no script/));
});

test('what a function uses of its surroundings is named', async () => {
  const rate = Number('3'); // Bun writes constants into functions
  const table = { a: 1 };
  const fn = (x) => x * rate + table.a + (typeof table === 'object' ? 1 : 0);
  await assert.rejects(none.find(describeFunction(fn)), (error) => {
    assert.deepEqual(error.names, ['rate', 'table']);
    return heddleError(TaskScopeError, /^The function "fn" uses rate and table, .*arguments.*export it/)(error);
  });
});

test('a function that is made is strict and has no this', async () => {
  const sloppy = new Function('return this');
  const made = await none.find(describeFunction(sloppy));
  assert.equal(made(), undefined);
  await assert.rejects(
    none.find({ name: '', source: 'function () { return 017; }' }),
    heddleError(TaskScopeError, /strict/),
  );
});

test('a function that is made sees nothing of ours', async () => {
  const source = 'function () { return [typeof expression, typeof code, typeof description]; }';
  await assert.rejects(
    none.find({ name: '', source }),
    heddleError(TaskScopeError, /expression, code and description/),
  );
});

test('a function imports modules', async () => {
  const fn = async (path) => (await import('node:path')).basename(path);
  const made = await none.find(describeFunction(fn));
  assert.equal(await made('/a/b'), 'b');
});

test('what the parser does not know is refused', async () => {
  await assert.rejects(
    none.find({ name: 'next', source: '(x) => x |> f' }),
    (error) => error.names.length === 0 && heddleError(TaskScopeError, /newer than/)(error),
  );
});
