// What the ambient types accept and refuse. Only type-checked, never run.
import 'heddle/bun';
import type { SharedMap } from 'heddle';

interface User {
  id: string;
  score: number;
}

// The proposal's overview, as far as it goes.
const users = new Bun.SharedMap<string, User>();
const tags = new Bun.SharedSet<string>(['new']);
const letters = new Bun.SharedQueue<User | null>({ capacity: 5 });
const metrics = new Bun.SharedRecord<{ requests: number; host?: string }>();

export async function award(userId: string, points: number): Promise<void> {
  await Bun.transaction(() => {
    const user = users.get(userId);
    if (user === undefined) return;
    user.score += points;
    users.set(userId, user);
    metrics.update({ requests: (metrics.get('requests') ?? 0) + 1 });
  });
}

export const id: string | null = Bun.getTransactionId();
export const inside: boolean = Bun.isInTransaction();
export const size: Promise<number> = Bun.readTransaction(() => users.size);
export const now: number = Bun.transactionSync(() => users.size, { maxRetries: 3, backoff: 'linear', timeout: 5 });
export const same: SharedMap<string, User> = users;
export const either: Set<string> = tags.union(new Set(['old']));
export const letter: Promise<User | null> = letters.dequeue({ timeout: 5 });
export const first: Promise<User | null> = Bun.transaction(() =>
  Bun.orElse(
    () => letters.dequeue(),
    () => users.get('ada') ?? Bun.retry(),
  ),
);
export const both: Promise<[number, string]> = Bun.concurrent([() => 1, async () => 'two']);
export const proposed: Promise<number[]> = Bun.concurrent<number>([() => 1, async () => 2]);
export const winner: Promise<string> = Bun.race<string>([() => 'a']);
export const timed: Promise<number> = Bun.timeout(() => 1, 5);
// biome-ignore lint/suspicious/noExplicitAny: as the proposal has it
const stages: Bun.PipelineStage<any, any>[] = [];
export const piped: AsyncIterable<string> = Bun.pipeline<number, string>([1], stages, { parallelism: 2 });
export const types: [Bun.Key, Bun.TransactionOptions, Bun.SharedRecord<{ requests: number }>?] = ['a', {}];

// @ts-expect-error: a value of another type
users.set('ada', 1);
// @ts-expect-error: an element of another type
tags.add(1);
// @ts-expect-error: an item of another type
letters.enqueue(1);
// @ts-expect-error: no such field
metrics.get('requets');
// @ts-expect-error: no such option
Bun.transaction(() => 1, { retries: 1 });
// @ts-expect-error: a transaction is a promise
export const number: number = Bun.transaction(() => 1);
