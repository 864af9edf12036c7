import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const ADDON = 'build/heddle.node';
const PARTS = ['CMakeLists.txt', 'package.json', 'tsconfig.json', 'core', 'binding', 'src', 'dist', 'tools', ADDON];
const PACKAGES = ['node-api-headers', 'rolldown'];

/**
 * What replaces a text that its file has exactly once.
 *
 * @typedef {[file: string, from: string, to: string]} Edit
 */

/**
 * A file as it is after an edit.
 *
 * @param {string} root of a checkout
 * @param {Edit} edit
 */
export function edited(root, [file, from, to]) {
  const parts = readFileSync(join(root, file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, instead of once: ${from}`);
  return parts.join(to);
}

/** A copy of the checkout in which `import 'heddle'` finds the copy's own package and addon. */
export class Copy {
  root = mkdtempSync(join(tmpdir(), 'heddle-mutants-'));
  #configured = false;

  constructor() {
    for (const part of PARTS) cpSync(join(CHECKOUT, part), join(this.root, part), { recursive: true });
    mkdirSync(join(this.root, 'node_modules'));
    symlinkSync('..', join(this.root, 'node_modules/heddle'));
    for (const name of PACKAGES) {
      symlinkSync(join(CHECKOUT, 'node_modules', name), join(this.root, 'node_modules', name));
    }
  }

  remove() {
    rmSync(this.root, { recursive: true });
  }

  /**
   * Calls `fn` while the edits are made, the addon and the package built with them.
   *
   * @template T
   * @param {Edit[]} edits
   * @param {() => T} fn
   * @returns {T}
   */
  with(edits, fn) {
    for (const edit of edits) this.#make(edit);
    const bundled = edits.some(([file]) => file.startsWith('src/'));
    const native = edits.some(([file]) => !file.startsWith('src/'));
    if (bundled) execFileSync(process.execPath, [join(this.root, 'tools/bundle.js')]);
    if (native) this.#build();
    const result = fn();
    for (const [file] of edits) this.#restore(file);
    if (bundled) this.#restore('dist');
    if (native) this.#restore(ADDON);
    return result;
  }

  /** @param {Edit} edit */
  #make(edit) {
    writeFileSync(join(this.root, edit[0]), edited(this.root, edit));
  }

  #restore(file) {
    cpSync(join(CHECKOUT, file), join(this.root, file), { recursive: true });
  }

  #build() {
    const build = join(this.root, 'build');
    if (!this.#configured) {
      // Lightly optimized, without debugging information, not as a whole program, and so that headers are compiled once
      // for several files.
      const quick = [
        '-DHEDDLE_TESTS=OFF',
        '-DCMAKE_BUILD_TYPE=Debug',
        '-DCMAKE_CXX_FLAGS=-O1 -w',
        '-DCMAKE_CXX_FLAGS_DEBUG=',
        '-DCMAKE_UNITY_BUILD=ON',
      ];
      execFileSync('cmake', ['-S', this.root, '-B', build, ...quick], { stdio: 'ignore' });
      this.#configured = true;
    }
    execFileSync('cmake', ['--build', build, '--target', 'heddle', '-j', '2'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
}
