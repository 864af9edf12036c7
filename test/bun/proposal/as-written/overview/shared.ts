// The overview, its collections: what each thread that loads this shares with the others.

export type UserId = string;

export interface User {
  id: UserId;
  score: number;
}

export class Notification {
  constructor(readonly userId: UserId) {}
}

type Task = Notification;

interface MetricsData {
  requests: number;
}

// #region as written
// Shared collections with full type safety
const users = new Bun.SharedMap<UserId, User>();
const tasks = new Bun.SharedQueue<Task>();
const metrics = new Bun.SharedRecord<MetricsData>();
// #endregion

export { metrics, tasks, users };
