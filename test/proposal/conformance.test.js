// docs/conformance.md is complete, and nothing in it is made up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../../tools/conformance/page.js';
import { read } from '../../tools/conformance/places.js';
import { faults, table } from '../../tools/conformance/table.js';
import { promises } from './text.js';

test('each promise has its line, and what a line names is there', () => {
  assert.deepEqual(faults, []);
  console.log(`${table.length} promises`);
});

test('no promise is lost when the text is taken apart', () => {
  const text = read('test/proposal/PROPOSAL.md').replace(/^## (Problem Statement|Alternative)[\s\S]*?(?=^## )/gm, '');
  const points = [...text.matchAll(/^(?:-|\d+\.) (.+)$/gm)].map(([, point]) => point);
  const known = promises.map((promise) => promise.text);
  assert.deepEqual(
    points.filter((point) => !known.includes(point)),
    [],
  );
  assert.ok(points.length > 30);

  // Members are indented by two, and so is the last line of those that are longer.
  const [design] = /^## Detailed API Design\n[\s\S]*?(?=^## )/m.exec(text);
  const members = design.match(/^ {2}\S.*;( \/\/.*)?$/gm);
  assert.equal(promises.filter(({ declaration }) => declaration !== undefined).length, members.length);
  assert.ok(members.length > 60);
});

test('the page is what `make conformance` writes', () => {
  assert.equal(read('docs/conformance.md'), page());
});
