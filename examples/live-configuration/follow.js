// A file on disk becomes the configuration of all threads: as a whole, if the schema takes it, or not at all.
import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { transactionSync } from 'heddle';
import { config } from './config.js';

/** Applies the file now, and whenever it is written. @param {string} file @param {(outcome: string) => void} tell */
export function follow(file, tell) {
  let last = '';
  const look = () => {
    try {
      const text = readFileSync(file, 'utf8');
      if (text === last) return;
      last = text;
      const fields = JSON.parse(text);
      transactionSync(() => {
        config.clear(); // so that a field which the file has not is missed
        config.assign(fields);
      });
      tell('applied');
    } catch (error) {
      tell(`refused, nothing changes: ${error.message}`);
    }
  };
  look();
  // Editors replace a file rather than write to it, so it is the folder that is watched.
  return watch(dirname(file), (_, name) => {
    if (name === basename(file)) look();
  });
}
