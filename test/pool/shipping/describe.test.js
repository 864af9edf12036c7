import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskScopeError } from 'heddle';
import { describeFunction } from '../../../dist/pool/shipping/describe.js';
import { heddleError, nativeError } from '../../support/errors.js';
import { FORMS } from './forms.js';

for (const [form, fn] of FORMS) {
  test(`a function has its name and source: ${form}`, () => {
    const { name, source } = describeFunction(fn);
    assert.equal(name, typeof fn.name === 'string' ? fn.name : '');
    assert.equal(source, String(fn));
  });
}

test('a function is described once', () => {
  const fn = (x) => x;
  assert.equal(describeFunction(fn), describeFunction(fn));
  assert.notEqual(
    describeFunction(fn),
    describeFunction((x) => x),
  );
});

test('a name that is no text, or has to be asked for, is none', () => {
  const fn = () => {};
  Object.defineProperty(fn, 'name', {
    get() {
      throw new Error('asked');
    },
  });
  assert.equal(describeFunction(fn).name, '');
  assert.equal(describeFunction(Object.defineProperty(() => {}, 'name', { value: 7 })).name, '');
});

test('what has a toString of its own does not decide what runs', () => {
  const fn = Object.assign((x) => x, { toString: () => '(x) => 0' });
  assert.notEqual(describeFunction(fn).source, '(x) => 0');
});

for (const value of [undefined, null, 7, 'x => x', {}, Symbol('s')]) {
  test(`no function: ${String(value)}`, () => {
    assert.throws(() => describeFunction(value), nativeError(TypeError, /must be a function/));
  });
}

const { sqrt } = Math;
for (const [what, fn] of [
  ['bound', ((x) => x).bind(null)],
  ['of the runtime', sqrt],
  ['a class of the runtime', Map],
  ['a Proxy', new Proxy((x) => x, {})],
]) {
  test(`a function without a source: ${what}`, () => {
    assert.throws(
      () => describeFunction(fn),
      (error) => {
        assert.deepEqual(error.names, []);
        return heddleError(TaskScopeError, /has no source.*\(x\) => Math\.sqrt\(x\)/)(error);
      },
    );
    assert.throws(() => describeFunction(fn), heddleError(TaskScopeError), 'the second time as well');
  });
}

test('words in a function do not make it one without a source', () => {
  const fn = () => '{ [native code] }';
  assert.equal(describeFunction(fn).source, String(fn));
});

for (const [what, value] of [
  ['class', class {}],
  ['class with a name', class Named extends Map {}],
]) {
  test(`a ${what} is not called`, () => {
    assert.throws(() => describeFunction(value), nativeError(TypeError, /is a class/));
  });
}

for (const [what, value] of [
  ['generator', function* () {}],
  ['async generator', async function* () {}],
  ['method', { *method() {} }.method],
]) {
  test(`a generator gives nothing that can be sent: ${what}`, () => {
    assert.throws(() => describeFunction(value), nativeError(TypeError, /is a generator/));
  });
}
