// Where code must not be made from strings, a function that is no export is refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const CHECK = `
  import { TaskFunctions } from './dist/pool/shipping/find.js';
  const exported = (x) => x;
  const functions = new TaskFunctions({ exported }, 'script.js');
  const found = functions.find({ name: 'exported', source: String(exported) });
  const refused = await functions.find({ name: 'other', source: '(x) => x' }).then(String, String);
  console.log(found === exported, refused);
`;

test('without code generation, exports are found and sources are refused', () => {
  const cwd = new URL('../../..', import.meta.url);
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', CHECK];
  const told = execFileSync(process.execPath, args, { cwd, encoding: 'utf8' });
  assert.match(told, /^true TaskScopeError: The function "other" cannot be made from its source here: .*Export it/);
});
