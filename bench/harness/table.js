import { quantity, range, times } from './format.js';
import { noiseOf } from './verdict.js';

const LABEL = 52;
const FIGURE = 12;

/** One row's result as lines for a terminal. */
export function* table(result) {
  const { title, unit, better, reference, entries, counts, control, controlApart, targets, missing } = result;
  yield '';
  yield title;
  const compared = reference ? `to ${reference}`.padStart(2 + Math.max(reference.length + 3, 12)) : '';
  yield `  ${''.padEnd(LABEL)}${'median'.padStart(FIGURE)}${compared}`;
  for (const { label, median, relative, apart, note } of entries) {
    const name = `${label}${apart ? ' *' : ''}`;
    const figure = quantity(median, unit).padStart(FIGURE);
    yield `  ${name.padEnd(LABEL)}${figure}${(relative ? times(relative.median) : '').padStart(14)}   ${note ?? ''}`.trimEnd();
  }
  for (const [label, count] of Object.entries(counts))
    yield `  ${label.padEnd(LABEL)}${quantity(count, '').padStart(FIGURE)}`;
  for (const { label, reason } of missing)
    yield `  ${label.padEnd(LABEL)}${'–'.padStart(FIGURE)}   ${reason.split('\n')[0]}`;
  if (better === 'higher') yield '  (more is better)';
  if (control) yield `  ${controlLine(reference, control)}`;
  if (controlApart) yield `  * in a process with --harmony-struct; ${controlLine(reference, controlApart)}`;
  for (const { says, value, unit: of, verdict } of targets)
    yield `  target: ${says}: ${quantity(value, of)}, ${verdict}`;
}

export function controlLine(reference, control) {
  const noise = ((noiseOf(control) - 1) * 100).toFixed(0);
  return `control: ${reference} to its copy ${range(control)}; differences below ${noise} % are none`;
}
