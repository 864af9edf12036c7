// Every entry of a row gets its own compiled copy of its operation and of the loop round it. If they shared one function, the
// second entry would make its call sites polymorphic for both, and what is measured would depend on who came first.
let copies = 0;

/** Results end up here, so that no compiler can drop the work that made them. */
const sink = { last: undefined };

/**
 * @param {Function} op `(store, first, second) => result`; compiled from its source text
 * @param {{ first: unknown[], second: unknown[] }} input walked in step, each from its start again when it ends
 * @returns {(count: number) => unknown} runs `op` so many times, going on where the last call stopped, and returns the last
 *   `second`; a promise of it if `op` is awaited
 */
export function compileLoop(op, store, { first, second }, { awaited = false } = {}) {
  const source = `
    // copy ${++copies}: equal texts may share their compiled code
    const op = ${op};
    let i = 0;
    let j = 0;
    return ${awaited ? 'async ' : ''}function loop(count) {
      let argument;
      for (let left = count; left > 0; left--) {
        argument = second[j];
        sink.last = ${awaited ? 'await ' : ''}op(store, first[i], argument);
        if (++i === first.length) i = 0;
        if (++j === second.length) j = 0;
      }
      return argument;
    };`;
  return new Function('store', 'first', 'second', 'sink', source)(store, first, second, sink);
}

/** The result of the operation that any loop ran last. */
export const lastResult = () => sink.last;
