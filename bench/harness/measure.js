import { median, medianInterval, ratio } from './statistics.js';
import { CannotRun } from './stores.js';
import { judge, noiseOf } from './verdict.js';

/**
 * Runs the row; an entry that cannot run is left out with its reason, and the others start again without it.
 */
async function samplesOf(row, entries, settings) {
  const missing = [];
  let left = entries;
  while (left.length > 0) {
    try {
      return { samples: await row.run({ ...row, entries: left }, settings), missing };
    } catch (error) {
      const out = error instanceof CannotRun && left.find(({ label }) => label === error.label);
      if (!out) throw error;
      missing.push({ label: out.label, candidate: out.candidate, reason: error.message });
      // A control without what it is the control of says nothing.
      left = left.filter((entry) => entry !== out && entry.copyOf !== out.label);
    }
  }
  return { samples: {}, missing };
}

/** What one entry's samples come to, beside those of the reference if that has run. */
function summary(label, samples, reference) {
  const [low, high] = medianInterval(samples[label]);
  const relative = samples[reference] && ratio(samples[label], samples[reference]);
  return { label, median: median(samples[label]), low, high, relative, rounds: samples[label] };
}

/**
 * One row in this process and runtime.
 *
 * @param {string[]} [only] the candidates that take part; all by default
 */
export async function measure(row, { runtime, settings, only }) {
  const present = row.entries.filter(({ candidate }) => !only || only.includes(candidate));
  const original = present.find(({ label }) => label === row.reference);
  const copy = `${row.reference}, again`;
  const entries = original ? [...present, { ...original, label: copy, copyOf: original.label }] : present;
  const { samples, missing } = await samplesOf(row, entries, settings);
  const control = samples[copy] && ratio(samples[copy], samples[row.reference]);
  const targets = row.targets.filter(({ runtimes }) => !runtimes || runtimes.includes(runtime));
  return {
    row: row.name,
    title: row.title,
    unit: row.unit,
    better: row.better,
    reference: row.reference,
    entries: Object.keys(samples)
      .filter((label) => label !== copy)
      .map((label) => summary(label, samples, row.reference)),
    control,
    targets: control ? targets.map((target) => judge(target, samples, noiseOf(control))).filter(Boolean) : [],
    missing,
  };
}
