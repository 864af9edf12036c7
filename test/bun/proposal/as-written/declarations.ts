// The declarations of the proposal as they are written, and that all of it is there: whatever is typed by the proposal may be heddle's.
// Only type-checked, never run.
import 'heddle/bun';
import type { ArrayChangeEvent, MapChangeEvent, PipelineStage, RecordChangeEvent } from 'heddle';

declare namespace Proposed {
// #region as written
class SharedMap<K, V> {
  // Basic operations
  set(key: K, value: V): void;
  get(key: K): V | undefined;
  has(key: K): boolean;
  delete(key: K): boolean;
  clear(): void;
  
  // Iteration
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[K, V]>;
  
  // Reactive operations
  watch(key: K): AsyncIterableIterator<ChangeEvent<V>>;
  watchAll(): AsyncIterableIterator<MapChangeEvent<K, V>>;
  
  // Batch operations
  setMany(entries: Iterable<[K, V]>): void;
  getMany(keys: Iterable<K>): Map<K, V>;
  
  // Metadata
  readonly size: number;
  readonly memory: number; // Memory usage in bytes
}

interface ChangeEvent<V> {
  type: 'set' | 'delete';
  oldValue?: V;
  newValue?: V;
  timestamp: number;
}

class SharedArray<T> {
  // Array-like interface
  get length(): number;
  get(index: number): T | undefined;
  set(index: number, value: T): void;
  push(...items: T[]): number;
  pop(): T | undefined;
  
  // Batch operations
  slice(start?: number, end?: number): T[];
  splice(start: number, deleteCount?: number, ...items: T[]): T[];
  
  // Iteration
  [Symbol.iterator](): IterableIterator<T>;
  entries(): IterableIterator<[number, T]>;
  
  // Reactive
  watch(): AsyncIterableIterator<ArrayChangeEvent<T>>;
  watchIndex(index: number): AsyncIterableIterator<ChangeEvent<T>>;
}

class SharedQueue<T> {
  enqueue(item: T): void;
  dequeue(): Promise<T>; // Waits if empty
  tryDequeue(): T | undefined; // Non-blocking
  
  peek(): T | undefined;
  clear(): void;
  
  readonly size: number;
  readonly isEmpty: boolean;
  
  // Batch operations
  enqueueMany(items: T[]): void;
  dequeueMany(count: number): Promise<T[]>;
  
  // Async iteration
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

class SharedRecord<T extends Record<string, any>> {
  get<K extends keyof T>(key: K): T[K] | undefined;
  set<K extends keyof T>(key: K, value: T[K]): void;
  
  // Reactive updates
  watch<K extends keyof T>(key: K): AsyncIterableIterator<ChangeEvent<T[K]>>;
  watchAll(): AsyncIterableIterator<RecordChangeEvent<T>>;
  
  // Batch operations  
  update(partial: Partial<T>): void;
  assign(object: Partial<T>): void;
  
  // Conversion
  toObject(): T;
  keys(): (keyof T)[];
  values(): T[keyof T][];
}

namespace Bun {
  // Software Transactional Memory
  function transaction<T>(fn: () => T | Promise<T>): Promise<T>;
  
  // Optimistic locking with retry
  function transaction<T>(
    fn: () => T | Promise<T>, 
    options: {
      maxRetries?: number;
      backoff?: 'linear' | 'exponential';
      timeout?: number;
    }
  ): Promise<T>;
  
  // Read-only transactions (optimized)
  function readTransaction<T>(fn: () => T | Promise<T>): Promise<T>;
  
  // Manual conflict detection
  function isInTransaction(): boolean;
  function getTransactionId(): string | null;
}

class WorkerPool {
  constructor(
    scriptPath: string, 
    options: {
      size?: number;
      maxTasks?: number;
      idleTimeout?: number;
    }
  );
  
  // Parallel execution
  map<T, R>(items: T[], fn: (item: T) => R | Promise<R>): Promise<R[]>;
  
  // Task scheduling
  execute<T>(fn: () => T | Promise<T>): Promise<T>;
  
  // Resource management
  resize(newSize: number): Promise<void>;
  drain(): Promise<void>;
  terminate(): Promise<void>;
  
  // Monitoring
  readonly activeWorkers: number;
  readonly queuedTasks: number;
  readonly completedTasks: number;
}

namespace Bun {
  // All-or-nothing parallel execution
  function concurrent<T>(tasks: (() => T | Promise<T>)[]): Promise<T[]>;
  
  // Race with cancellation
  function race<T>(tasks: (() => T | Promise<T>)[]): Promise<T>;
  
  // Timeout with cleanup
  function timeout<T>(
    fn: () => T | Promise<T>, 
    ms: number
  ): Promise<T>;
  
  // Pipeline processing
  function pipeline<T, R>(
    input: AsyncIterable<T>,
    stages: PipelineStage<any, any>[],
    options?: { parallelism?: number }
  ): AsyncIterable<R>;
}
// #endregion
}

interface User {
  id: string;
  score: number;
}

export const map: Proposed.SharedMap<string, User> = new Bun.SharedMap<string, User>();
export const array: Proposed.SharedArray<User> = new Bun.SharedArray<User>();
export const queue: Proposed.SharedQueue<User> = new Bun.SharedQueue<User>();
export const record: Proposed.SharedRecord<User> = new Bun.SharedRecord<User>();
export const Pool: typeof Proposed.WorkerPool = Bun.WorkerPool;
export const functions: typeof Proposed.Bun = Bun;
