// Finds and loads the addon: a checkout has it in build/; an installed package gets it from the package of its platform.

import { createRequire } from 'node:module';
import { DuplicateEngineError, EngineLoadError, HeddleError } from '../errors.js';
import { deniedMessage, isDenied } from './deno.js';

const require = createRequire(import.meta.url);
const SCOPE = '@heddle/';
const PLATFORM = `${process.platform}-${process.arch}`;

/**
 * The packages for this platform. What is installed for Linux depends on its C library; if both are, that of the other one does
 * not load.
 */
const PACKAGES = (process.platform === 'linux' ? ['-gnu', '-musl'] : ['']).map((libc) => SCOPE + PLATFORM + libc);

/** The first place whose addon loads decides. */
export function loadAddon(): object {
  const causes: unknown[] = [];
  let broken: HeddleError | undefined;
  for (const place of ['../../build/heddle.node', ...PACKAGES]) {
    try {
      return loadFrom(require.resolve(place));
    } catch (error) {
      if (error instanceof DuplicateEngineError) throw error;
      if (isDenied(error)) throw new EngineLoadError(deniedMessage(error), { cause: error });
      if (error instanceof HeddleError) broken ??= error;
      causes.push(error);
    }
  }
  throw broken ?? new EngineLoadError(missingMessage(), { cause: new AggregateError(causes, 'every place was tried') });
}

function loadFrom(path: string): object {
  let addon: { readonly otherCopy?: string };
  try {
    addon = require(path);
  } catch (error) {
    if (isDenied(error)) throw error;
    throw new EngineLoadError(`The heddle engine in ${path} could not be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (addon.otherCopy !== undefined) throw new DuplicateEngineError(addon.otherCopy, path);
  return addon;
}

/** What to do when there is no addon at all. */
function missingMessage(): string {
  const shipped = shippedPackages();
  if (shipped.length === 0) return 'The heddle engine is missing: run "make build" in the checkout.';
  const supported = `Supported platforms: ${shipped.map((name) => name.slice(SCOPE.length)).join(', ')}.`;
  const wanted = PACKAGES.filter((name) => shipped.includes(name));
  if (wanted.length === 0) return `There is no heddle engine for ${PLATFORM}. ${supported}`;
  const libc = wanted.some((name) => name.endsWith('-musl'))
    ? ''
    : ' Those that end in gnu want glibc, which Alpine lacks.';
  return (
    `The heddle engine for this platform is missing: the package ${wanted.join(' or ')} is not installed. It is an optional ` +
    'dependency of heddle. Run "npm install --include=optional", or what your package manager has for it, on the platform ' +
    `where the program runs: node_modules of another one lack it. ${supported}${libc}`
  );
}

/** Packages of platforms that this version of heddle was published with; a checkout has none. */
function shippedPackages(): string[] {
  try {
    const { optionalDependencies = {} } = require('../../package.json');
    return Object.keys(optionalDependencies).filter((name) => name.startsWith(SCOPE));
  } catch {
    return [];
  }
}
