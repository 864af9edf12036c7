/**
 * What a run has to do with one list.
 *
 * @typedef {object} View
 * @property {number[] | undefined} base the list as the run found it, without what the run appended itself; undefined if it never looked
 * @property {number[]} own what the run appended and did not undo, in order
 *
 * @typedef {object} Observation
 * @property {Map<number, View>} views by list
 * @property {{ list: number, element: number }[]} undone appends that a savepoint took back
 * @property {{ read: import('./history.js').Operation, expected: number[] } | undefined} contradiction the first read that differs from what the
 *   run itself knew: what it had read before, and appended since
 */

/**
 * Looks at one run alone. All that a run reads of a list must be one base and its own appends after it.
 *
 * @param {import('./history.js').Run} run
 * @returns {Observation}
 */
export function observe(run) {
  const views = new Map();
  const undone = [];
  const appended = []; // the lists, in the order of the appends
  const savepoints = []; // how many there were
  let contradiction;

  function viewOf(list) {
    let view = views.get(list);
    if (view === undefined) views.set(list, (view = { base: undefined, own: [] }));
    return view;
  }

  for (const operation of run.operations) {
    const { op, list, elements } = operation;
    if (op === 'read') {
      const view = viewOf(list);
      view.base ??= elements.slice(0, Math.max(0, elements.length - view.own.length));
      const expected = view.own.length === 0 ? view.base : [...view.base, ...view.own];
      if (!isSame(elements, expected)) contradiction ??= { read: operation, expected };
    } else if (op === 'append') {
      viewOf(list).own.push(elements[0]);
      appended.push(list);
    } else if (op === 'savepoint') {
      savepoints.push(appended.length);
    } else {
      const before = savepoints.pop();
      while (op === 'rollback' && appended.length > before) {
        const last = appended.pop();
        undone.push({ list: last, element: views.get(last).own.pop() });
      }
    }
  }
  return { views, undone, contradiction };
}

function isSame(a, b) {
  return a.length === b.length && isPrefix(a, b);
}

/** Whether `b` begins with `a`. */
export function isPrefix(a, b) {
  return a.length <= b.length && a.every((element, index) => element === b[index]);
}
