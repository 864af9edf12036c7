import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { freeNames, isGlobal } from '../../../dist/pool/shipping/free-variables.js';
import { parseFunction } from '../../../dist/pool/shipping/source.js';

const namesIn = (source) => freeNames(parseFunction(source));

/** Sources, since some runtimes rewrite functions, and what they use of their surroundings. */
const CASES = [
  // Variables.
  ['() => a', 'a'],
  ['() => { a = 1; }', 'a'],
  ['() => typeof a', 'a'],
  ['() => b + a + b', 'b a'],
  ['(a) => { const b = a; let c = b; var d = c; return d; }', ''],
  ['() => { return later; var later; }', ''],
  ['() => { return hoisted(); function hoisted() {} }', ''],
  ['() => { { let inner = 1; } return inner; }', 'inner'],
  ['() => { { var outer = 1; } return outer; }', ''],
  ['() => { for (const i of []) i; return i; }', 'i'],
  ['() => { for (let i = 0, n = i; i < n; i++) {} }', ''],
  ['() => { for (key in o) {} }', 'key o'],
  ['() => { switch (1) { case 1: let s; } s; }', 's'],
  ['(a = b, b) => a', ''],
  ['(a = later) => { var later; return a; }', 'later'],
  ['({ a, b: { c }, [d]: e = f, ...g }, [h, , ...i]) => [a, c, e, g, h, i]', 'd f'],
  ['() => { ({ a, b: c.d, ...e } = {}); [f = g] = []; }', 'a c e f g'],
  ['() => ({ a, b: 1, [c]: 2, d() { return d; } })', 'a c d'],
  ['() => o.a.b?.c[d]', 'o d'],
  ['() => { out: for (;;) { break out; } }', ''],
  ['() => { try {} catch (e) { e; } e; }', 'e'],
  ['() => { try {} catch { e; } }', 'e'],
  ['() => { try {} catch ({ message }) { message; } }', ''],
  [`() => \`a \${b} \${tag\`c\`}\``, 'b tag'],
  ['() => ++count', 'count'],
  ['(x) => { using y = x; return y; }', ''],
  ['async (x) => { await using y = x; for (using z of y) z; z; }', 'z'],
  ['async (x) => { for await (const y of x) y; }', ''],
  ['() => undefinedAlike?.()', 'undefinedAlike'],
  // Functions and their names.
  ['function me(n) { return me(n - 1); }', ''],
  ['function () { return me; }', 'me'],
  ['() => { const inner = function own() { return own; }; return own; }', 'own'],
  ['me(n) { return me(n - 1); }', 'me'],
  ['[key](x) { return x; }', ''],
  ['get x() { return y; }', 'y'],
  ['set x(v) { y = v; }', 'y'],
  // Classes.
  ['() => class A { static b = A; [c] = d; e() { return f; } static { g; } }', 'c d f g'],
  ['() => { class A extends B {} return new A(); }', 'B'],
  ['() => class { #x = 1; has(o) { return #x in o; } get() { return this.#x; } }', ''],
  ['() => class { #x = 1; in() { return class { y(o) { return o.#x; } }; } }', ''],
  ['(o) => class { #x = 1; y = o.#z; }', '#z'],
  ['static foo(x) { return x; }', ''],
  ['#foo(x) { return this.#bar(x) + this.#foo; }', '#bar #foo'],
  // Globals.
  [
    '() => [Math, JSON, globalThis, undefined, NaN, console, setTimeout, structuredClone, URL, process, queueMicrotask]',
    '',
  ],
  ['() => [name, close, postMessage, onmessage]', 'name close postMessage onmessage'],
  ['() => [globalThis.name, globalThis.close]', ''],
  ['() => require("node:fs")', 'require'],
  ['() => [exports, module, __dirname, __filename]', 'exports module __dirname __filename'],
  ['() => [toString, constructor, hasOwnProperty, __proto__]', 'toString constructor hasOwnProperty __proto__'],
  // What is no variable.
  ['() => this', 'this'],
  ['() => () => this.a', 'this'],
  ['(a = this) => a', 'this'],
  ['function () { return this; }', ''],
  ['function () { return () => this; }', ''],
  ['() => function () { return this; }', ''],
  ['() => ({ a() { return this; } })', ''],
  ['() => class { a = this; static { this; } b() { return this; } }', ''],
  ['() => class { [this] = 1; }', 'this'],
  ['() => class extends this {}', 'this'],
  ['() => arguments[0]', 'arguments'],
  ['() => () => arguments', 'arguments'],
  ['function () { return () => arguments; }', ''],
  ['() => function () { return arguments; }', ''],
  ['function () { return new.target; }', ''],
  ['() => new.target', 'new.target'],
  ['() => super.a', 'super'],
  ['() => super.a()', 'super'],
  ['a() { return super.a(); }', 'super'],
  ['a() { return () => super.a(); }', 'super'],
  ['function(x) { return super.x; }', 'super'],
  ['() => ({ a() { return super.a; } })', ''],
  ['() => class extends Map { constructor() { super(); } a = super.size; }', ''],
  ['() => import.meta.url', 'import.meta'],
  ["() => import('node:fs')", ''],
  ["() => import('/a.js')", ''],
  ["() => import('./a.js')", "import('./a.js')"],
  ["() => import('..')", "import('..')"],
  ['() => import(`../a.js`)', "import('../a.js')"],
  [`(x) => import(\`./\${x}.js\`)`, "import('./…')"],
  ['(x) => import(x)', ''],
  ['(x) => eval(x)', 'eval'],
  ['(x) => [(0, eval)(x), eval?.(x), globalThis.eval(x)]', ''],
  // What tools add.
  ['() => __awaiter(this, void 0, void 0, function* () {})', '__awaiter this'],
  ['(x) => { const f = __name((y) => y, "f"); return f(x); }', '__name'],
  ['(x) => { cov_1a2b().s[0]++; return x; }', 'cov_1a2b'],
  ['(x) => (0, tasks_js_1.twice)(x)', 'tasks_js_1'],
  ['(x) => __vi_import_0__.twice(x)', '__vi_import_0__'],
  // Forms that are easily taken for another.
  ['async(x) { return x; }', ''],
  ['async (x) => a', 'a'],
  ['async x => a', 'a'],
  ['get(x) { return a; }', 'a'],
  ['class(x) { return a; }', 'a'],
  ['async constructor(x) { return a; }', 'a'],
  ['get constructor() { return a; }', 'a'],
  ['() => import(this.a)', 'this'],
  ['async *gen(x) { yield* a; }', 'a'],
  ['x => x // a', ''],
  ['(x) => /a/u.test(x) /* b */', ''],
  ['(x) => x\u2028', ''],
];

for (const [source, expected] of CASES) {
  test(`uses ${expected === '' ? 'nothing' : expected}: ${source}`, () => {
    assert.deepEqual(namesIn(source).sort(), expected.split(' ').filter(Boolean).sort());
  });
}

test('names come in the order of their first use', () => {
  assert.deepEqual(namesIn('() => { const f = () => c; return [b, a, f, b]; }'), ['c', 'b', 'a']);
  assert.deepEqual(namesIn('(x = a) => { [b = c] = d; class E { [f] = g; } }'), ['a', 'b', 'c', 'd', 'f', 'g']);
});

test('what only workers have is no global, wherever it is asked', () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'name');
  Object.defineProperty(globalThis, 'name', { value: 'worker', configurable: true });
  try {
    assert.ok(!isGlobal('name'));
  } finally {
    if (own === undefined) Reflect.deleteProperty(globalThis, 'name');
    else Object.defineProperty(globalThis, 'name', own);
  }
});

test('what this thread has put on its global object is a global', () => {
  assert.ok(!isGlobal('heddleTestGlobal'));
  Object.defineProperty(globalThis, 'heddleTestGlobal', { value: 1, configurable: true });
  try {
    assert.deepEqual(namesIn('() => heddleTestGlobal').concat(freeNames(parseFunction('() => Math'), () => false)), [
      'Math',
    ]);
  } finally {
    Reflect.deleteProperty(globalThis, 'heddleTestGlobal');
  }
});

for (const source of [
  '',
  '1',
  'a',
  'a: 1',
  'a, b',
  '() => 1, () => 2',
  '...a',
  'a() {}, b() {}',
  'a() {} b() {}',
  '})',
  'class {}',
  'class A { a() {} }',
  'a = 1',
  'a = function () {}',
  'static { }',
  'x => {',
  'a: () => 1',
  "'a': function () {}",
]) {
  test(`is no function: ${source}`, () => assert.throws(() => parseFunction(source), SyntaxError));
}

// ---------------------------------------------------------------- random programs

const name = fc.constantFrom('a', 'b', 'c');

/** Looks at a variable, also where it is not ready yet. */
const look = (name, how = '') => `(() => { try { ${how}${name}; } catch {} })()`;

/** What is written of a name, another one and statements inside. All of it runs. */
const KINDS = {
  use: (a) => `${look(a)};`,
  typeof: (a) => `${look(a, 'typeof ')};`,
  assign: (a) => `${look(a, '0 || ')}; try { ${a} = 1; } catch {}`,
  var: (a) => `var ${a};`,
  let: (a, b) => `let { ${a} = ${look(b)} } = {};`,
  function: (a, _, body) => `function ${a}() { ${body} } try { ${a}(); } catch {}`,
  class: (a, b, body) => `class ${a} { static [${look(b)}] = 0; static { ${body} } }`,
  block: (_a, _b, body) => `{ ${body} }`,
  catch: (a, _, body) => `try { throw 0; } catch (${a}) { ${body} }`,
  for: (a, b, body) => `for (const ${a} of [${look(b)}]) { ${body} }`,
  arrow: (a, b, body) => `((${a}, _ = ${look(b)}) => { ${body} })();`,
  named: (a, b, body) => `(function ${a}(_ = ${look(b)}) { ${body} })();`,
  method: (a, b, body) => `({ ${a}(_ = ${look(b)}) { ${body} } }).${a}();`,
  expression: (a, b, body) => `(class ${a} { static x = ${look(b)}; static { ${body} } });`,
  switch: (a, b, body) => `switch (${look(b)}) { default: let ${a}; ${body} }`,
};

const { body } = fc.letrec((tie) => ({
  body: fc.array(tie('statement'), { maxLength: 4, depthIdentifier: 'scopes' }).map((list) => list.join(' ')),
  statement: fc
    .tuple(
      fc.constantFrom(...Object.keys(KINDS)),
      name,
      name,
      fc.oneof({ maxDepth: 4, depthIdentifier: 'scopes' }, fc.constant(''), tie('body')),
    )
    .map(([kind, a, b, inside]) => KINDS[kind](a, b, inside)),
}));

/** The variables that strict code looks for outside of itme, as the runtime does it; undefined if it is no code. */
function lookedForBy(source) {
  const looked = new Set();
  const around = new Proxy(
    {},
    {
      has: (_, name) => {
        if (typeof name === 'string') looked.add(name);
        return false;
      },
    },
  );
  let run;
  try {
    run = new Function('around', `with (around) { (${source})(); }`);
  } catch {
    return undefined;
  }
  run(around);
  return looked;
}

test('random programs: a variable is free if the runtime looks for it outside', () => {
  let programs = 0;
  let free = 0;
  let bound = 0;
  fc.assert(
    fc.property(body, (text) => {
      const source = `() => { 'use strict'; ${text} }`;
      const looked = lookedForBy(source);
      fc.pre(looked !== undefined);
      assert.deepEqual(freeNames(parseFunction(source), () => false).sort(), [...looked].sort());
      programs++;
      free += looked.size;
      for (const name of 'abc') if (text.includes(`${name};`) && !looked.has(name)) bound++;
    }),
    { seed: 7, numRuns: 400 * Number(process.env.HEDDLE_LOOPS ?? 1) },
  );
  console.log(`seed 7: ${programs} programs, ${free} free variables, ${bound} that are bound`);
  assert.ok(free > 100 && bound > 100);
});
