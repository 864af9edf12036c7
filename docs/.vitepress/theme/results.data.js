// The committed results of `make bench`, without the single rounds.

import { readFileSync } from 'node:fs';

const FILES = ['node', 'bun', 'deno', 'engine'];

export default {
  watch: ['../../../bench/results/*.json'],
  load: () =>
    FILES.map((file) => {
      const { machine, rows } = JSON.parse(
        readFileSync(new URL(`../../../bench/results/${file}.json`, import.meta.url), 'utf8'),
      );
      return {
        machine,
        rows: rows.map(({ row, title, unit, better, entries }) => ({
          row,
          title,
          unit,
          better,
          entries: entries
            .filter(({ median }) => median !== undefined)
            .map(({ label, median, low, high }) => ({ label, median, low, high })),
        })),
      };
    }),
};
