// Tasks and what came of them, on their way through the engine.

import { decodeValue, encodeValue, takeLinks } from '../codec/index.js';
import { leaseScanned, type Staged, stageEncoded } from '../large.js';
import {
  AGAIN,
  BYTES_LENGTH,
  BYTES_OFFSET,
  COLLECTION,
  COUNT,
  DEADLINE,
  FLAGS,
  FUNCTION,
  FURTHER,
  frame,
  LANE,
  OK,
  ONLY,
  OUTCOME,
  OUTSIDE,
  PRIORITY,
  QUIET,
  STAGED_VALUE,
  STATUS,
  TASK_FLAGS,
  TASK_LINKED,
  TICKET,
  TOO_LARGE,
  UNTIDY,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { arena, growInbox, inbox, trimInbox } from '../runtime/thread.js';
import { tidyLater } from '../runtime/tidy.js';
import { type PackedFailure, packFailure, unpackHere } from './shipping/failure.js';

/** What came of a task: as the engine's `Outcome`. */
export const RETURNED = 0;
export const THREW = 1;
export const CANCELLED = 2;
export const CRASHED = 3;
export const TERMINATED = 4;
export const UNLOADABLE = 5;
export const NO_MEMORY = 6;

// Flags of a task: its argument is a list of items, the function is called for each; and all of them, whatever happens. Or the function is
// called with the scope after its arguments.
export const EACH = 1;
export const SETTLE = 2;
export const SCOPED = 4;

const NO_LANE = -1;

/** An item in a list of them: its length, and from here on the value. */
const ITEM_HEADER = 8;

/**
 * Encodes a value, calls `send` while the frame and the arena have it, and lets go of it. Encoding runs user code, `send` must not. Throws a
 * `DataCloneError` for what cannot be shared.
 */
export function withEncoded<T>(value: unknown, send: () => T): T {
  const tail = arena.tail;
  const start = encodeValue(arena, value);
  const length = arena.tail - start;
  const links = takeLinks();
  let staged: Staged | null = null;
  try {
    staged = stageEncoded(start, length);
    const { i } = frame;
    i[FLAGS] = links === null ? 0 : TASK_LINKED;
    i[STAGED_VALUE] = staged === null ? 0 : staged.number;
    i[BYTES_OFFSET] = start;
    i[BYTES_LENGTH] = length;
    return send();
  } finally {
    staged?.end();
    arena.release(tail);
  }
}

/** Whether that has refused a value. */
export function isUnshareable(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'DataCloneError';
}

/** Nothing, likewise. */
function withNothing(): void {
  const { i } = frame;
  i[FLAGS] = 0;
  i[STAGED_VALUE] = 0;
  i[BYTES_OFFSET] = 0;
  i[BYTES_LENGTH] = 0;
}

export interface Submission {
  readonly pool: number;
  readonly function: number;
  readonly flags: number;
  readonly priority: number;
  /** In ms since 1970. */
  readonly deadline: number;
  /** Others have been submitted in the same go, and somebody was told. */
  readonly further: boolean;
}

/** Submits a task; returns the engine's status. If it is OK, `submitted` is the ticket. Nobody is told yet: `native.poolStir` is for that. */
export function submit({ pool, function: fn, flags, priority, deadline, further }: Submission, args: unknown): number {
  return withEncoded(args, () => {
    const { i } = frame;
    i[FLAGS] |= further ? FURTHER : QUIET;
    i[COLLECTION] = pool;
    i[FUNCTION] = fn;
    i[TASK_FLAGS] = flags;
    i[PRIORITY] = priority;
    frame.f[DEADLINE] = deadline;
    submittedBytes = i[BYTES_LENGTH];
    native.taskSubmit();
    submitted = i[TICKET];
    return i[STATUS];
  });
}

export let submitted = 0;
/** What the arguments of the last task took. */
export let submittedBytes = 0;

/** Cancels a task of this thread; its worker is told the reason as far as it can be sent. */
export function cancel(ticket: number, reason: unknown): void {
  withEncoded(packFailure(reason, {}), () => native.taskCancel(ticket));
}

// ---------------------------------------------------------------- in a worker

/** A task that has been given to this worker. */
export interface Given {
  readonly lane: number;
  readonly function: number;
  readonly flags: number;
  readonly deadline: number;
  /** Decodes the arguments. May throw. To be called once, before anything else happens. */
  readonly args: () => unknown;
}

/** The next task of this worker; else the engine's status: EMPTY, it will be called; CLOSED, it has to leave. */
export function nextTask(): Given | number {
  const { i } = frame;
  i[FLAGS] = 0;
  i[LANE] = NO_LANE;
  native.taskNext();
  while (i[STATUS] === TOO_LARGE) {
    growInbox();
    i[FLAGS] = AGAIN;
    native.taskNext();
  }
  if (i[STATUS] !== OK) return i[STATUS];
  if (i[UNTIDY] !== 0) tidyLater();
  return {
    lane: i[LANE],
    function: i[FUNCTION],
    flags: i[TASK_FLAGS],
    deadline: frame.f[DEADLINE],
    args: firstItem,
  };
}

/** What is first in the inbox, owned by the caller. */
function firstItem(): unknown {
  const length = inbox.i32[0];
  const value =
    length > OUTSIDE
      ? decodeValue(inbox, ITEM_HEADER, length)
      : leaseScanned(length, inbox.u32[ITEM_HEADER >> 2]).owned();
  trimInbox();
  return value;
}

/** Says what came of the task in a lane. Throws a `DataCloneError` if it cannot be shared: then nothing was said. */
export function finishTask(lane: number, outcome: number, value: unknown): void {
  const send = () => {
    const { i } = frame;
    i[LANE] = lane;
    i[OUTCOME] = outcome;
    i[FLAGS] |= ONLY;
    native.taskNext();
  };
  if (value !== undefined) {
    withEncoded(value, send);
    return;
  }
  withNothing();
  send();
}

/** Why the task in a lane was cancelled. */
export function reasonOf(lane: number): unknown {
  const needed = native.taskReason(lane);
  if (needed === 0 || needed > inbox.buffer.byteLength) {
    return new DOMException('The task was cancelled.', 'AbortError');
  }
  try {
    return unpackHere(firstItem() as PackedFailure);
  } catch (cause) {
    return Object.assign(new DOMException('The task was cancelled.', 'AbortError'), { cause }); // of a class that is not known here
  }
}

// ---------------------------------------------------------------- where it was submitted

/** What came of a task. */
export interface Answer {
  readonly ticket: number;
  readonly outcome: number;
  /** How long it ran, in ns. */
  readonly ran: number;
  /** What it returned or threw, packed. */
  value: unknown;
  /** Why that cannot be told: a class that this thread does not know, for example. */
  unreadable: { readonly error: unknown } | undefined;
}

const ANSWER_HEADER = 24;

/**
 * Answers that have come in, some at a time; none when there are no more. `claim` is called with the ticket of each: from then on it may be
 * another task's.
 */
export function takeAnswers(claim: (ticket: number) => void): Answer[] {
  const { i } = frame;
  native.taskAnswers();
  while (i[STATUS] === TOO_LARGE) {
    growInbox();
    native.taskAnswers();
  }
  const count = i[COUNT];
  if (i[UNTIDY] !== 0) tidyLater();
  const answers: Answer[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const word = at >> 2;
    const answer: Answer = {
      ticket: inbox.i32[word],
      outcome: inbox.i32[word + 1],
      ran: inbox.f64[(at + 16) >> 3],
      value: undefined,
      unreadable: undefined,
    };
    claim(answer.ticket);
    answers.push(answer);
    const present = inbox.i32[word + 2] !== 0;
    at += ANSWER_HEADER;
    items.push(present ? at : NO_ITEM);
    if (present) at = endOfItem(at);
  }
  // All before anyone gets one: he may use the inbox for something else.
  for (let n = 0; n < count; n++) if (items[n] !== NO_ITEM) readItem(items[n], answers[n]);
  items.length = 0;
  if (count > 0) trimInbox();
  return answers;
}

/** Where in the inbox the items of the answers are. */
const items: number[] = [];
const NO_ITEM = -1;

function endOfItem(at: number): number {
  const length = inbox.i32[at >> 2];
  return at + ITEM_HEADER + (length > OUTSIDE ? (length + 7) & ~7 : 8);
}

function readItem(at: number, answer: Answer): void {
  const length = inbox.i32[at >> 2];
  const start = at + ITEM_HEADER;
  try {
    answer.value =
      length > OUTSIDE ? decodeValue(inbox, start, length) : leaseScanned(length, inbox.u32[start >> 2]).owned();
  } catch (error) {
    answer.unreadable = { error };
  }
}
