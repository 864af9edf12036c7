// The overview, what it does with its collections.
import { Notification, tasks, type User, type UserId, users } from './shared.ts';
import { processItem } from './process-item.ts';

const userId: UserId = 'ada';
const points = 10;
users.set(userId, { id: userId, score: 5 });

/** What the user interface has been told. */
const shown: (User | undefined)[] = [];
const updateUI = (user: User | undefined) => shown.push(user);

const items = Array.from({ length: 100 }, (_, i) => i);

// #region as written

// Transactional updates prevent race conditions
await Bun.transaction(() => {
  const user = users.get(userId);
  // @ts-expect-error: the text does not ask whether there is such a user
  user.score += points;
  // @ts-expect-error: the same
  users.set(userId, user);
  // @ts-expect-error: the same
  tasks.push(new Notification(user.id));
});
// #endregion

const writer = new Worker(new URL('./writer.ts', import.meta.url));
setTimeout(() => writer.postMessage(points)); // when the loop waits

// #region as written
// Reactive subscriptions across workers
for await (const change of users.watch(userId)) {
  updateUI(change.newValue);
  // #endregion
  break;
  // #region as written
}

// Structured concurrency
const pool = new Bun.WorkerPool("./worker.js", { size: 4 });
const results = await pool.map(items, processItem);
// #endregion

export { items, pool, results, shown, writer };
