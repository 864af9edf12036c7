// The black-box checker against the definition: on small random histories it is content iff some serial order explains what was seen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, formatAnomalies } from '../../tools/list-append/check.js';
import { formatRun } from '../../tools/list-append/history.js';
import { pick } from '../../tools/recording/random.js';
import { loops, random } from '../support/random.js';

const LISTS = 2;
const MOST_RUNS = 5;
const below = (count) => Math.floor(random() * count);

/** What a careless engine might do: runs that see old states now and then, or write over one another, and intervals that may not fit. */
function randomHistory() {
  const carelessness = pick([0, 0.2, 0.6], random);
  const states = [Array.from({ length: LISTS }, () => [])];
  let nextElement = 1;
  const runs = [];
  for (let left = 2 + below(MOST_RUNS - 1); left > 0; left--) {
    const outcome = pick(['committed', 'committed', 'committed', 'aborted', 'lost'], random);
    const latest = states.at(-1);
    const next = [...latest];
    const operations = [];
    for (let list = 0; list < LISTS; list++) {
      const seen = (random() < carelessness ? pick(states, random) : latest)[list];
      if (random() < 0.7) operations.push({ op: 'read', list, elements: seen });
      if (random() < 0.5) {
        operations.push({ op: 'append', list, elements: [nextElement] });
        next[list] = [...(random() < carelessness ? seen : latest[list]), nextElement++];
      }
    }
    if (outcome === 'committed') states.push(next);
    runs.push({ thread: 1, call: runs.length, outcome, operations });
  }
  return withTicks(runs, states.at(-1), carelessness);
}

/** Each run overlaps some of its neighbours in the order of `runs`, or takes another place than its own; at the end all lists are read. */
function withTicks(runs, state, carelessness) {
  const reach = below(3);
  const times = runs.flatMap((run, turn) => {
    const place = random() < carelessness / 4 ? below(runs.length) : turn;
    return [
      { run, bound: 'start', time: place - reach * random() },
      { run, bound: 'end', time: place + 0.01 + reach * random() },
    ];
  });
  times.sort((a, b) => a.time - b.time);
  for (const [tick, { run, bound }] of times.entries()) run[bound] = tick;
  const operations = state.map((elements, list) => ({ op: 'read', list, elements }));
  const last = { thread: 0, call: 0, start: times.length, end: times.length + 1, outcome: 'committed', operations };
  return [...runs, last];
}

/** Whether the runs, one after the other in some order that real time allows, would have seen what they saw. */
function isExplicable(left, lists = Array.from({ length: LISTS }, () => [])) {
  if (left.length === 0) return true;
  return left.some((run) => {
    if (left.some((other) => other.end <= run.start)) return false;
    const after = execute(run, lists);
    return (
      after !== undefined &&
      isExplicable(
        left.filter((other) => other !== run),
        after,
      )
    );
  });
}

/** The lists after a run; undefined if it would have seen something else. */
function execute({ operations, outcome }, before) {
  const lists = before.map((elements) => [...elements]);
  for (const { op, list, elements } of operations) {
    if (op === 'append') lists[list].push(elements[0]);
    else if (String(lists[list]) !== String(elements)) return undefined;
  }
  return outcome === 'committed' ? lists : before;
}

test('the list-append checker agrees with trying every order', () => {
  const count = { explicable: 0, not: 0 };
  const names = new Set();
  for (let left = loops(5000); left > 0; left--) {
    const runs = randomHistory();
    const explicable = isExplicable(runs);
    const { anomalies } = check(runs);
    assert.equal(
      anomalies.length === 0,
      explicable,
      `${explicable ? 'an' : 'no'} order explains\n${runs.map(formatRun).join('\n')}\n${formatAnomalies(anomalies)}`,
    );
    count[explicable ? 'explicable' : 'not']++;
    for (const { name } of anomalies) names.add(name);
  }
  console.log('small histories:', JSON.stringify({ ...count, anomalies: [...names].sort() }));
  assert.ok(count.explicable > 0 && count.not > 0);
  for (const name of ['lost update', 'G-single', 'G2-item', 'G-single-realtime']) assert.ok(names.has(name), name);
});
