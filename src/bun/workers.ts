// Makes every worker that this thread starts load a module before its script, and so all workers, if that module calls this as well.
//
// Bun's workers have the option `preload`, and nothing that puts a module there for all of them. The constructor of web workers is a
// global, which can be replaced. That of node:worker_threads cannot: modules that were linked before hold the class itself. But its
// constructor calls that of EventEmitter first and then, with a copy of its options, the one of web workers. So while one is being
// constructed, and only then, those options inherit their `preload`.

import { createRequire } from 'node:module';

type Constructor = new (...args: unknown[]) => object;

/** To be called once in a thread. */
export function preloadInWorkers(module: string): void {
  replaceWebWorker(module);
  reachNodeWorkers(module);
}

function replaceWebWorker(module: string): void {
  const scope = globalThis as unknown as { Worker: Constructor };
  scope.Worker = new Proxy(scope.Worker, {
    construct: (target, [url, options], newTarget) =>
      Reflect.construct(target, [url, withPreload(options, module)], newTarget),
  });
  scope.Worker.prototype.constructor = scope.Worker;
}

function withPreload(options: unknown, module: string): unknown {
  if (options !== undefined && options !== null && typeof options !== 'object') return options; // Bun's to refuse
  const own = { ...options } as { preload?: string | readonly string[] };
  const others = own.preload ?? [];
  return { ...own, preload: [module, ...(typeof others === 'string' ? [others] : others)] };
}

function reachNodeWorkers(module: string): void {
  const { Worker } = createRequire(import.meta.url)('node:worker_threads') as { Worker: Constructor };
  const parent = Object.getPrototypeOf(Worker) as Constructor;
  const announcing = new Proxy(parent, {
    construct(target, args, newTarget) {
      offerPreload(module);
      return Reflect.construct(target, args, newTarget);
    },
  });
  Object.setPrototypeOf(Worker, announcing);
}

/** What Bun hands on has these, besides what the caller has given. */
const isHandedOn = (options: object): boolean =>
  Object.hasOwn(options, 'workerData') && Object.hasOwn(options, 'transferList');

/** Lets the next options that are handed on inherit `preload`. Options that have their own keep it. */
function offerPreload(module: string): void {
  Object.defineProperty(Object.prototype, 'preload', {
    configurable: true,
    get(this: object) {
      if (!isHandedOn(this)) return undefined;
      withdrawPreload();
      return [module];
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'preload', { value, writable: true, enumerable: true, configurable: true });
    },
  });
  queueMicrotask(withdrawPreload); // if nobody took it
}

function withdrawPreload(): void {
  delete (Object.prototype as { preload?: unknown }).preload;
}
