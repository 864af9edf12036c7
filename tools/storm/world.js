// What the threads of a storm share beyond what is under load: what they wait for.

import assert from 'node:assert/strict';
import { SharedMap, SharedQueue, SharedSet, transactionSync } from 'heddle';
import { OPERATIONS } from '../load/operations.js';
import { World } from '../load/world.js';

/** Tickets that are there at most when more are given out. */
const ENOUGH_TICKETS = 20;
/** Tickets that a thread may have in hand when it ends: what `dequeueMany` has brought it. */
export const IN_HAND = 3;
const ROOM = 2;

export class StormWorld extends World {
  /** @type {SharedMap<string, number>} */
  bell = new SharedMap({ name: 'storm: bell' });
  /** Numbers, each given out once, and those that somebody has got. */
  tickets = new SharedQueue({ name: 'storm: tickets' });
  got = new SharedSet({ name: 'storm: got' });
  /** One that is full most of the time. */
  narrow = new SharedQueue({ name: 'storm: narrow', capacity: ROOM });
  /** Anonymous maps, in pairs that refer to each other. @type {SharedMap<any, any>} */
  rooms = new SharedMap({ name: 'storm: rooms' });
  #given = 0;
  #stirred = 0;

  get all() {
    return [...super.all, this.bell, this.tickets, this.got, this.narrow, this.rooms];
  }

  open() {
    super.open();
    this.bell.set('rung', 0);
  }

  /** Gives those who wait what they wait for, and those who watch something to hear of. */
  stir(random) {
    this.bell.set('rung', ++this.#stirred);
    OPERATIONS['a synchronous transfer'](this, random);
    if (random() < 0.5) this.narrow.tryDequeue();
    if (this.tickets.size >= ENOUGH_TICKETS) return;
    this.tickets.enqueueMany(Array.from({ length: 1 + Math.floor(random() * 4) }, () => this.#given++));
  }

  /** Says that these have been got. */
  note(tickets) {
    transactionSync(() => {
      for (const ticket of tickets) {
        assert.ok(!this.got.has(ticket), `ticket ${ticket} has come twice`);
        this.got.add(ticket);
      }
    });
  }

  /** Throws if something is not as threads that end at any moment must leave it. `ended`: how many have. None works any more. */
  checkAfter(ended) {
    this.check();
    assert.ok(this.narrow.size <= ROOM);
    for (const [number, room] of this.rooms)
      assert.equal(room.get('next').get('number'), number, 'rooms that are no pair');
    const left = [];
    while (!this.tickets.isEmpty) left.push(this.tickets.tryDequeue());
    assert.deepEqual(
      left,
      [...left].sort((a, b) => a - b),
      'tickets have come back in another order',
    );
    for (const ticket of left) assert.ok(!this.got.has(ticket), `ticket ${ticket} is there, and somebody has got it`);
    const lost = this.#given - left.length - this.got.size;
    assert.ok(lost >= 0 && lost <= IN_HAND * ended, `${lost} tickets are lost, by ${ended} threads that have ended`);
    return { given: this.#given, lost };
  }

  /** One transaction that writes to all collections: nobody holds anything up. */
  writeEverywhere() {
    transactionSync(() => {
      for (const map of [this.accounts, this.pages, this.cache, this.bell, this.rooms]) {
        for (const [key, value] of [...map]) map.set(key, value);
      }
      for (const set of [this.present, this.got]) {
        for (const element of [...set]) {
          set.delete(element);
          set.add(element);
        }
      }
      this.list.splice(0, this.list.length, ...this.list);
      this.totals.assign({ ...Object.fromEntries(this.totals.entries()) });
      for (const queue of [this.queue, this.tickets, this.narrow]) {
        const item = queue.tryDequeue();
        if (item !== undefined) queue.enqueue(item);
      }
    });
  }
}
