// Example 2, its last statement.
import { addWork, pool, processItem, workQueue } from './shared.ts';

const texts = Array.from({ length: 30 }, (_, i) => `${'word '.repeat(i)}end`);
await addWork([...texts, ...texts].map((text) => ({ text })));
const workItems = await workQueue.dequeueMany(workQueue.size);
await pool.resize(2); // of the 8 that the text has

// #region as written

// Process all items in parallel
const results = await pool.map(workItems, processItem);
// #endregion

export { results, texts };
