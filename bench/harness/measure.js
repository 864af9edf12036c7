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
      return { notes: {}, counts: {}, ...(await row.run({ ...row, entries: left }, settings)), missing };
    } catch (error) {
      const out = error instanceof CannotRun && left.find(({ label }) => label === error.label);
      if (!out) throw error;
      missing.push({ label: out.label, candidate: out.candidate, reason: error.message });
      // A control without what it is the control of says nothing.
      left = left.filter((entry) => entry !== out && entry.copyOf !== out.label);
    }
  }
  return { samples: {}, notes: {}, counts: {}, missing };
}

/** What one entry's samples come to, beside those of the reference if that has run. */
function summary(label, { samples, notes }, reference) {
  const [low, high] = medianInterval(samples[label]);
  const relative = samples[reference] && ratio(samples[label], samples[reference]);
  return { label, median: median(samples[label]), low, high, relative, note: notes[label], rounds: samples[label] };
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
  const seen = await samplesOf(row, entries, { ...settings, runtime });
  const { samples, counts, missing } = seen;
  const control = samples[copy] && ratio(samples[copy], samples[row.reference]);
  // A row that has a control claims nothing when that did not run.
  const claims = control || row.reference === null;
  const figures = { samples, counts, unit: row.unit, noise: control ? noiseOf(control) : 1 };
  const targets = row.targets.filter(({ runtimes }) => !runtimes || runtimes.includes(runtime));
  return {
    row: row.name,
    title: row.title,
    unit: row.unit,
    better: row.better,
    reference: row.reference,
    entries: Object.keys(samples)
      .filter((label) => label !== copy)
      .map((label) => summary(label, seen, row.reference)),
    counts,
    control,
    targets: claims ? targets.map((target) => judge(target, figures)).filter(Boolean) : [],
    missing,
  };
}
