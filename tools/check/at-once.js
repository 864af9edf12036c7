// Jobs, some at once.

/**
 * What the jobs resolve to, in the order in which they end; `most` of them are under way at once.
 *
 * @template T
 * @param {(() => Promise<T>)[]} jobs
 * @param {number} most
 */
export async function atOnce(jobs, most) {
  /** @type {T[]} */
  const results = [];
  const left = jobs.values();
  const lane = async () => {
    for (const job of left) results.push(await job());
  };
  await Promise.all(Array.from({ length: most }, lane));
  return results;
}
