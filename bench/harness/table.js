import { quantity, range, times } from './format.js';
import { noiseOf } from './verdict.js';

const LABEL = 52;

/** One row's result as lines for a terminal. */
export function* table(result) {
  const { title, unit, better, reference, entries, control, controlApart, targets, missing } = result;
  yield '';
  yield title;
  yield `  ${''.padEnd(LABEL)}${'median'.padStart(10)}${`to ${reference}`.padStart(2 + Math.max(reference.length + 3, 12))}`;
  for (const { label, median, relative, apart } of entries) {
    const name = `${label}${apart ? ' *' : ''}`;
    const figure = quantity(median, unit).padStart(10);
    yield `  ${name.padEnd(LABEL)}${figure}${(relative ? times(relative.median) : '').padStart(14)}`;
  }
  for (const { label, reason } of missing)
    yield `  ${label.padEnd(LABEL)}${'–'.padStart(10)}   ${reason.split('\n')[0]}`;
  if (better === 'higher') yield '  (more is better)';
  if (control) yield `  ${controlLine(reference, control)}`;
  if (controlApart) yield `  * in a process with --harmony-struct; ${controlLine(reference, controlApart)}`;
  for (const { says, value, verdict } of targets) yield `  target: ${says}: ${times(value)}, ${verdict}`;
}

export function controlLine(reference, control) {
  const noise = ((noiseOf(control) - 1) * 100).toFixed(0);
  return `control: ${reference} to its copy ${range(control)}; differences below ${noise} % are none`;
}
