// A signal that can be asked without awaiting: whoever reads it looks whether it should have aborted by now.

const getterOf = (name: 'aborted' | 'reason') => Object.getOwnPropertyDescriptor(AbortSignal.prototype, name)!.get!;

/** A controller whose signal calls `look`, which may abort it, before it tells its state. */
export function polledController(look: () => void): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const afterLook = (get: () => unknown) => () => {
    look();
    return get.call(signal);
  };
  Object.defineProperties(signal, {
    aborted: { get: afterLook(getterOf('aborted')), configurable: true },
    reason: { get: afterLook(getterOf('reason')), configurable: true },
    throwIfAborted: {
      value: afterLook(AbortSignal.prototype.throwIfAborted),
      configurable: true,
      writable: true,
    },
  });
  return controller;
}
