import { count, megabytes, seconds, table } from './format.js';

/** The three results side by side, what the columns mean, and what was seen. */
export function report({ plain, messages, shared }, differences) {
  return [
    table([
      ['', 'load', 'read', 'memory', 'peak', 'snapshots', 'result'],
      row('one thread, plain Maps', plain, 'reference'),
      row('four workers, postMessage', messages, verdict(differences.messages)),
      row('four workers, heddle', shared, verdict(differences.shared)),
    ]),
    '',
    `load       ${count(plain.cities)} cities into four maps: cities, totals per country, top ten, search index`,
    "read       the top ten, every country's totals and 700 searches, four times (once by each worker)",
    'memory     of the whole process (RSS) before it loads; peak: the most it ever had',
    'snapshots  how often the main thread checked, while the maps grew, that they agree with each other',
    'result     all four maps and all answers, compared with those of the one thread',
    '',
    'postMessage: workers post their cities, the main thread keeps the maps, each worker gets a copy to read.',
    'heddle: workers write to one copy of the maps, in transactions, and read it where it is.',
    '',
    ...findings(plain, messages, shared),
  ].join('\n');
}

function row(name, result, verdict) {
  const { atStart, peak } = result.memory;
  const measured = [seconds(result.seconds.load), seconds(result.seconds.read), megabytes(atStart), megabytes(peak)];
  return [name, ...measured, count(result.snapshots), verdict];
}

function verdict(differences) {
  return differences.length === 0 ? 'equal' : `DIFFERENT: ${differences.join(', ')}`;
}

function findings(plain, messages, shared) {
  const lines = [
    `Top ten: ${plain.topTen.join(', ')}.`,
    `heddle committed ${count(shared.commits)} transactions; ${count(shared.reruns)} runs met a conflict and were run again.`,
    `Beside postMessage, loading took ${times(shared.seconds.load, messages.seconds.load)} as long and reading ` +
      `${times(shared.seconds.read, messages.seconds.read)}; memory grew by ${megabytes(growth(shared))}, not ${megabytes(growth(messages))}.`,
  ];
  if (total(plain) < Math.min(total(messages), total(shared))) {
    lines.push('One thread alone was fastest: there is little to compute per city. Workers pay when there is more.');
  }
  return lines;
}

const total = (result) => result.seconds.load + result.seconds.read;
const growth = (result) => result.memory.peak - result.memory.atStart;
const times = (a, b) => `${(a / b).toFixed(2)} times`;
