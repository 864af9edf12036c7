// Reads a JUnit report, the one format that node:test, Bun, Deno and GoogleTest all write.
import { existsSync, readFileSync } from 'node:fs';

const TEST_CASE = /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(?:#(x?)([\da-f]+)|(\w+));/gi, (_, hex, code, name) =>
    name === undefined ? String.fromCodePoint(Number.parseInt(code, hex === '' ? 10 : 16)) : ENTITIES[name],
  );

/** @param {string} attributes @param {string} name */
const attribute = (attributes, name) => unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');

/** @param {string} attributes of a test; GoogleTest alone tells its status, and numbers what one test is run with */
function nameIn(attributes) {
  const name = attribute(attributes, 'name');
  if (attribute(attributes, 'status') === '') return name;
  return `${attribute(attributes, 'classname').split('/').at(-1)}.${name.split('/')[0]}`;
}

/** @param {string} body of a test that has failed */
const reason = (body) => unescaped(body.replaceAll(/<[^>]*>/g, '')).trim();

/**
 * @param {string} path of the report; a process that crashed may not have left one
 * @returns {{ passed: string[], failed: string[], skipped: number }} `passed` by name, those of GoogleTest as `Suite.Name`; `failed` with
 *   what each says
 */
export function readReport(path) {
  /** @type {{ passed: string[], failed: string[], skipped: number }} */
  const count = { passed: [], failed: [], skipped: 0 };
  if (!existsSync(path)) return count;
  for (const [, attributes, body = ''] of readFileSync(path, 'utf8').matchAll(TEST_CASE)) {
    if (/<(failure|error)\b/.test(body)) count.failed.push(`${nameIn(attributes)}\n${reason(body)}`);
    else if (/<skipped\b/.test(body)) count.skipped++;
    else count.passed.push(nameIn(attributes));
  }
  return count;
}
