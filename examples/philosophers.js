// The dining philosophers (Dijkstra, 1965): five of them, in workers, with one fork between each two. Who wants to eat takes both forks or
// waits until both are there: `retry()` gives up what the transaction has done so far, so nobody sits there with one fork, and nothing deadlocks.

import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { retry, SharedArray, SharedMap, transaction } from 'heddle';

const SEATS = 5;
const MEALS = 20;
const forks = new SharedArray(new Array(SEATS).fill(true), { name: 'forks' }); // whether it lies on the table
const meals = new SharedMap({ name: 'meals' });

async function dine(seat) {
  const left = seat;
  const right = (seat + 1) % SEATS;
  for (let meal = 1; meal <= MEALS; meal++) {
    await transaction(() => {
      if (!forks.get(left) || !forks.get(right)) retry();
      forks.set(left, false);
      forks.set(right, false);
    });
    await new Promise((resolve) => setTimeout(resolve, 1)); // eats
    await transaction(() => {
      forks.set(left, true);
      forks.set(right, true);
      meals.set(seat, meal);
    });
  }
}

if (isMainThread) {
  for (const seats of [
    [0, 1, 2],
    [3, 4],
  ])
    new Worker(new URL(import.meta.url), { workerData: { seats } });
  await transaction(() => {
    for (let seat = 0; seat < SEATS; seat++) if (meals.get(seat) !== MEALS) retry();
  });
  console.log(
    `${SEATS} philosophers have had ${MEALS} meals each; forks on the table: ${forks.filter(Boolean).length}`,
  );
} else {
  await Promise.all(workerData.seats.map(dine));
}
