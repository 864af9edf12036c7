// The engine's addon, as TypeScript sees it: one per process.

import { loadAddon } from './addon.js';

/** What `open` and `find` tell about a collection. */
export interface Opened {
  readonly id: number;
  /** Record index of the collection's own stamp. */
  readonly collectionStamp: number;
  /** Record index of the record that stands for the set of keys; its value is their number. */
  readonly membersRecord: number;
  readonly created: boolean;
  readonly kind: number;
  /** Undefined for an anonymous one. */
  readonly name: string | undefined;
  /** Undefined in a thread of Node that is being terminated: it makes no properties from then on, but runs code for a moment. */
  readonly optionsText: string;
}

/** Engine-wide counters. */
export interface EngineStats {
  readonly commits: number;
  readonly conflicts: number;
  readonly extensions: number;
  readonly threads: number;
  /** Threads that are in a call of the engine at this moment. */
  readonly threadsInside: number;
  readonly compactions: number;
  readonly threadsDiedInBody: number;
  readonly openSnapshots: number;
  readonly recordsTaken: number;
  readonly recordsReclaimed: number;
  readonly versionsDropped: number;
  readonly retired: number;
  readonly evictions: number;
  readonly loads: number;
  readonly refusals: number;
  readonly snapshotsRevoked: number;
  /** Bytes that shared state takes, history included, and the limit. */
  readonly memory: number;
  /** Of them what large values take outside of their versions, whoever holds it. */
  readonly memoryOutside: number;
  /** Of them what waits for watchers. */
  readonly memoryTold: number;
  /** Of them what tasks of worker pools are and bring. */
  readonly memoryTasks: number;
  readonly memoryLimit: number;
  readonly watches: number;
  /** Changes that wait to be taken by them. */
  readonly watchLag: number;
  /** How often a watcher was found too slow. */
  readonly overflows: number;
  readonly maxSnapshotAge: number;
}

/** What has happened to a collection. */
export interface EngineCounts {
  readonly commits: number;
  readonly loads: number;
  readonly conflicts: number;
  readonly evictions: number;
  readonly refusals: number;
  readonly entries: number;
  readonly watches: number;
}

/** What a pool is and has done. */
export interface PoolCounts {
  readonly active: number;
  readonly workers: number;
  readonly threads: number;
  readonly queued: number;
  readonly unfinished: number;
  readonly completed: number;
  readonly failures: number;
  readonly steals: number;
  readonly stolen: number;
  readonly crashes: number;
  readonly cancelled: number;
  readonly memory: number;
  readonly size: number;
  /** It takes tasks. */
  readonly open: boolean;
  readonly ended: boolean;
}

/** The addon; docs/internals/wire.md says what each function does. */
export interface Native {
  load(): void;
  commit(): void;
  extend(): void;
  wait(): void;
  snapshotOpen(): void;
  snapshotClose(): void;
  scan(): void;
  lease(): void;
  leaseEnd(): void;
  pause(): void;
  shapeDefine(): void;
  shapeRead(): void;
  take(): void;
  receive(): void;
  peek(): void;
  walk(): void;
  watch(): void;
  tidings(): void;
  taskSubmit(): void;
  taskNext(): void;
  taskAnswers(): void;

  /** The bytes of a large value that the last `load` or `scan` has answered with, once; read-only. */
  leased(answer: number): ArrayBuffer;
  /** A piece of the value that such a buffer shows, owned by the caller. */
  piece(buffer: ArrayBuffer, position: number): ArrayBuffer;
  stagePiece(bytes: Uint8Array): number;
  /** The value at `offset` of the arena. */
  stageValue(offset: number, length: number, pieces: readonly number[]): number;
  /** The value that `base` shows, with patches and an appendix that are in the arena. */
  stagePatched(base: ArrayBuffer, patches: number, count: number, appended: number, length: number): number;
  /** The value that `buffer` shows, as it is. */
  stageLeased(buffer: ArrayBuffer): number;
  /** The bytes of a staged value, as `leased`. */
  staged(value: number): ArrayBuffer;
  unstage(value: number): void;
  unstagePiece(piece: number): void;

  /** `ring` is called when waits have ended; once in a thread. */
  onBell(ring: () => void): boolean;
  /** Whether the process must stay alive until then. */
  holdOpen(open: boolean): void;
  giveUpWait(ticket: number): void;
  /**
   * The tickets of those, and of watches that have something to tell; each once. Whoever asks again before long need not have `heard` the
   * bell: it is silent until then.
   */
  endedWaits(heard: boolean): number[];
  unwatch(ticket: number): void;
  /** Changes that a watch has not told of yet. */
  lag(ticket: number): number;

  /** The collection stands for a pool from now on: `ticket` is called when this thread, its host, should look after it. */
  poolFound(id: number, size: number, minSize: number, maxTasks: number, ticket: number): boolean;
  /** The number of what a worker must know of a function to find it, and back. */
  poolDefine(id: number, text: string): number;
  poolFunction(id: number, number: number): string;
  /** `ticket` is called when there are answers for this thread. */
  answersBy(ticket: number): void;
  /** A worker that a thread is to be started for; -1 if there are enough. */
  poolEnlist(id: number): number;
  /** This thread is that worker: `ticket` is called when there is something to do. False if it is not wanted any more. */
  poolJoin(id: number, worker: number, ticket: number): boolean;
  /** Its thread has ended; the arena has the reason. */
  poolGone(id: number, worker: number, offset: number, length: number): void;
  /** Tasks that wait cannot be run, for the reason in the arena. False if some worker is ready all the same. */
  poolUnloadable(id: number, offset: number, length: number): boolean;
  /** Workers that are to be ended by force; each once. */
  poolCondemned(id: number): number[];
  /** Of what runs for threads that have ended, what has done so for `grace` ms; returns how long the next one may, or -1. */
  poolCondemnOrphans(id: number, grace: number): number;
  /** Workers that say that they end by themselves; each once. */
  poolEnding(id: number): number[];
  /** This worker has been asked to end by its own code. */
  poolAnnounceEnd(): void;
  /** This worker takes no more tasks; false if it should stay, as it is not idle, or one of the least that there should be. */
  poolLeave(ifIdle: boolean): boolean;
  /** This worker has no time for tasks, though it has asked for some: others are called in its place. */
  poolBusy(): void;
  /** A task of this worker waits for others, or has stopped: it takes up no room in its own pool meanwhile. */
  poolStepAside(waits: boolean): void;
  poolResize(id: number, size: number): void;
  /** After tasks that were submitted QUIETly: sees to it that somebody comes for them. */
  poolStir(id: number): void;
  poolClose(id: number): void;
  poolTerminate(id: number): void;
  /** Whether a condition (`Condition` in src/pool/conditions.ts) holds; else `ticket` is called when it may. */
  poolHolds(id: number, condition: number, ticket: number): boolean;
  /** `ticket` is not called any more. */
  poolForget(id: number, ticket: number): void;
  poolCounts(id: number): PoolCounts | undefined;
  /** How long tasks waited, and how long they ran: two histograms as those of counters. */
  poolTimes(id: number): ArrayBuffer | undefined;
  /** Of a task that this thread has submitted; the frame has the reason, encoded. */
  taskCancel(ticket: number): void;
  /** Has the worker that runs it ended by force; false if none does. */
  taskCondemn(ticket: number): boolean;
  /** Of the task in a lane of this worker. */
  taskCancelled(lane: number): boolean;
  /** Writes the reason into the inbox, if it has room; how many bytes that takes, 0 if there is none. */
  taskReason(lane: number): number;

  setFrame(buffer: ArrayBuffer): void;
  setArena(buffer: ArrayBuffer): void;
  setInbox(buffer: ArrayBuffer): void;
  clock(): ArrayBuffer;
  stampSegment(segment: number): ArrayBuffer;
  recencySegment(segment: number): ArrayBuffer;
  /** Undefined only if it was to be there already and is not. */
  open(
    kind: number,
    name: string | null,
    maxMemory: number,
    maxEntries: number,
    flags: number,
    optionsText: string,
    capacity: number,
  ): Opened | undefined;
  find(name: string): Opened | undefined;
  publish(id: number, name: string, permanent: boolean): boolean;
  describe(id: number): Opened | undefined;
  collections(): Opened[];
  /** The thread has no handle of the collection any more. */
  release(id: number): void;
  /** A copy of a handle leaves for another thread: its number, 0 if the collection has ended. */
  send(id: number): number;
  /** It has arrived, and this thread holds the collection; undefined if that has ended. */
  land(id: number, token: number): Opened | undefined;
  /** False if it was destroyed before. */
  destroy(id: number): boolean;
  /** -1 if it is destroyed. */
  memory(id: number): number;
  /** What `memory` should be, counted anew; of the whole process for 0. */
  recount(id: number): number;
  /** Takes a piece of what has been left behind away; true if there is more that could go now. */
  tidy(): boolean;
  limitMemory(bytes: number): void;
  limitSnapshotAge(milliseconds: number): void;
  /** How many wait for changes, or with an id in line for the items of that queue. */
  waiting(id: number): number;
  /** After how many ms threads warn of transactions of their own; sets that too, if it is given. */
  warnAfter(milliseconds?: number): number;
  /** Transactions of other threads that have been open for long, as those have noted them. */
  openCalls(): { readonly since: number; readonly text: string }[];
  /** `number` is one of this thread; `since` in ms since 1970. */
  noteOpenCall(number: number, since: number, text: string): void;
  forgetOpenCall(number: number): void;
  snapshotExpired(slot: number): boolean;
  /** This thread's block of counters, mapped; with `true` a copy of the sum over all threads. */
  counters(sum: boolean): ArrayBuffer;
  labelRow(label: string): number;
  /** Those of rows 1, 2, … */
  labels(): string[];
  noteConflict(id: number): void;
  counts(id: number): EngineCounts | undefined;
  threadId(): number;
  /** The path of another copy of the addon that runs in this process already: this one does nothing. */
  readonly otherCopy?: string;
  stats(): EngineStats;
}

const addon = loadAddon() as Native & { copies?: Map<string, unknown> };

/** A copy: the addon's own object is a dictionary, in which each call would look its function up. */
export const native: Native = { ...addon };

const common = (addon.copies ??= new Map());

/**
 * What all copies of this package in a thread have in common: those of bundles, of a test runner's registries, of vm contexts.
 * The engine knows one frame, one arena and one inbox of a thread.
 */
export function oncePerThread<T>(name: string, make: () => T): T {
  if (!common.has(name)) common.set(name, make());
  return common.get(name) as T;
}
