// Somebody who edits the file, and a client who sees what comes of it in all servers at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of the file to play with. @param {string} file */
export function copyOf(file) {
  const copy = join(mkdtempSync(join(tmpdir(), 'live-configuration-')), 'config.json');
  copyFileSync(file, copy);
  return copy;
}

export async function demonstrate(file, workers, urls, outcomes) {
  await expect(200, /^Good morning from/);

  await save({ greeting: 'Good evening', requestsPerSecond: 100, maintenance: false }, /^applied/);
  await expect(200, /^Good evening from/);

  // One mistake, and nothing of the file counts.
  await save({ greeting: 'Good night', requestsPerSecond: -5, maintenance: false }, /^refused.*requestsPerSecond/);
  await expect(200, /^Good evening from/);
  await save({ greeting: 'Good night', maintenance: false }, /^refused.*requestsPerSecond/);
  await expect(200, /^Good evening from/);
  await save('{ "greeting": "Good ni', /^refused.*JSON/);
  await expect(200, /^Good evening from/);

  const news = Promise.all(workers.map((worker) => once(worker, 'message')));
  await save({ greeting: 'Good evening', requestsPerSecond: 500, maintenance: true }, /^applied/);
  await expect(503, /^Back soon/);
  await news; // both have told of their new limit

  /** Replaces the file as editors do, so that nobody reads half of it, and waits until it was looked at. */
  async function save(content, expected) {
    const looked = once(outcomes, 'outcome');
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    console.log(`\nsaved ${text}`);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    const [outcome] = await looked;
    assert.match(outcome, expected);
  }

  /** Asks every server once. */
  async function expect(status, answer) {
    for (const url of urls) {
      const response = await fetch(url);
      const text = await response.text();
      console.log(`  ${response.status} ${text}`);
      assert.equal(response.status, status);
      assert.match(text, answer);
    }
  }
}
