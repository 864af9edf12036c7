import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

const user = () => ({ name: 'Ada', address: { city: 'London' }, tags: ['a', 'b'] });

test('a view reads like the value', () => {
  const map = new SharedMap([['user', user()]]);
  const view = map.view('user');
  assert.equal(view.name, 'Ada');
  assert.equal(view.address.city, 'London');
  assert.deepEqual([...view.tags], ['a', 'b']);
  assert.equal(JSON.stringify(view), JSON.stringify(user()));
});

test('a view of a primitive is the primitive, of nothing undefined', () => {
  const map = new SharedMap([
    ['n', 1],
    ['s', 'text'],
    ['u', undefined],
  ]);
  assert.equal(map.view('n'), 1);
  assert.equal(map.view('s'), 'text');
  assert.equal(map.view('u'), undefined);
  assert.equal(map.view('missing'), undefined);
});

test('a view is the same object until a commit changes its key', () => {
  const map = new SharedMap([
    ['user', user()],
    ['other', 1],
  ]);
  const view = map.view('user');
  map.set('other', 2);
  map.get('user').name = 'mutated copy';
  assert.equal(map.view('user'), view);
  map.set('user', { ...user(), name: 'Grace' });
  const next = map.view('user');
  assert.notEqual(next, view);
  assert.equal(next.name, 'Grace');
  assert.equal(view.name, 'Ada');
  assert.equal(view.address.city, 'London');
});

test('a view refuses writes, however deep', () => {
  const map = new SharedMap([['user', user()]]);
  const view = map.view('user');
  assert.throws(() => {
    view.name = 'Grace';
  }, nativeError(TypeError));
  assert.throws(() => {
    view.address.city = 'Paris';
  }, nativeError(TypeError));
  assert.throws(() => {
    view.tags.push('c');
  }, nativeError(TypeError));
  assert.throws(() => {
    delete view.name;
  }, nativeError(TypeError));
  assert.throws(() => {
    view.age = 36;
  }, nativeError(TypeError));
  assert.deepEqual(map.get('user'), user());
});

test('a view can be set under another key', () => {
  const map = new SharedMap([['user', user()]]);
  map.set('copy', map.view('user'));
  assert.deepEqual(map.get('copy'), user());
});

test('get gives a value of its own each time', () => {
  const map = new SharedMap([['user', user()]]);
  const mine = map.get('user');
  mine.address.city = 'Paris';
  mine.tags.push('c');
  assert.deepEqual(map.get('user'), user());
  assert.notEqual(map.get('user'), map.get('user'));
});

test('what was set is not tied to the object that was given', () => {
  const map = new SharedMap();
  const given = user();
  map.set('user', given);
  given.name = 'Grace';
  assert.equal(map.get('user').name, 'Ada');
  transactionSync(() => {
    const inner = user();
    map.set('user', inner);
    inner.name = 'Grace';
    assert.equal(map.get('user').name, 'Ada');
    assert.equal(map.view('user').name, 'Ada');
  });
  assert.equal(map.get('user').name, 'Ada');
});

test('a view in a body shows its writes', () => {
  const map = new SharedMap([['user', user()]]);
  transactionSync(() => {
    map.set('user', { name: 'Grace' });
    assert.equal(map.view('user').name, 'Grace');
  });
  assert.equal(map.view('user').name, 'Grace');
});
