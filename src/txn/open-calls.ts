// The asynchronous transactions of this thread that have not ended: who inspects the process is shown them, and one that is stuck is warned of.
//
// Others are told of a call only when it has been open for long: most are over by then, and cost one entry in a set. A call stack costs as much as
// several transactions, so that of one a millisecond is taken; the text of the body is always there.

import { setTimeout } from 'node:timers';
import { fileURLToPath, URL } from 'node:url';
import { stuck } from '../runtime/channels.js';
import { leave } from '../runtime/context.js';
import { native } from '../runtime/native.js';
import { rare } from '../runtime/rare.js';
import type { Transaction } from './call.js';

/** What has been open for so long is told to other threads, in ms. */
const LONG = 1000;
/** The most and the least between two looks, in ms. */
const OFTEN = 1000;
const OFTENEST = 5;
/** So many characters of a body are shown. */
const SHOWN = 100;

/** A transaction that is open, as `inspectHeddle` shows it. */
export interface OpenTransaction {
  readonly label: string | undefined;
  /** Of this thread. Others tell of their transactions when those have been open for a second. */
  readonly here: boolean;
  readonly readOnly: boolean;
  /** Its body runs, or awaits something; or it waits in `retry` for a change. */
  readonly state: 'running' | 'waiting';
  /** Which run of the body this is, from 1. */
  readonly run: number;
  /** ms since it was called. */
  readonly age: number;
  /** How its body begins. */
  readonly body: string;
  /** Where it was called; empty for those that began in the same millisecond as others. */
  readonly stack: string;
}

let calls = 0;
/** When a call stack was last taken. */
let taken = 0;

export class OpenCall {
  readonly #number = ++calls;
  readonly #since = Date.now();
  /** When the present run began. */
  #began = this.#since;
  readonly #origin: Error | undefined;
  #isKnown = false;
  #hasWarned = false;

  constructor(
    private readonly call: Transaction,
    private readonly body: () => unknown,
  ) {
    if (this.#since !== taken) {
      taken = this.#since;
      this.#origin = new Error();
    }
    open.add(this);
    if (!looking) lookLater();
  }

  runs(): void {
    this.#began = Date.now();
  }

  ends(): void {
    open.delete(this);
    if (this.#isKnown) native.forgetOpenCall(this.#number);
  }

  describe(now: number): OpenTransaction {
    const { options, readOnly, wait, runs } = this.call;
    return {
      label: options.label,
      here: true,
      readOnly,
      state: wait === null ? 'running' : 'waiting',
      run: runs,
      age: now - this.#since,
      body: beginning(this.body),
      stack: framesOfUser(this.#origin?.stack),
    };
  }

  look(now: number, warnAfter: number): void {
    if (now - this.#since >= LONG) {
      this.#isKnown = true;
      native.noteOpenCall(this.#number, this.#since, encode(this.describe(now)));
    }
    if (this.#hasWarned || this.call.wait !== null || now - this.#began < warnAfter) return;
    this.#hasWarned = true;
    const stuckOne = this.describe(now);
    stuck(stuckOne);
    const { label, run, age, body, stack } = stuckOne;
    const name = label === undefined ? 'A transaction' : `The transaction ${JSON.stringify(label)}`;
    rare.process.emitWarning(
      `${name} has been running for ${age} ms (run ${run}), and holds its snapshot. What does its body wait for?\n    ${body}\n${stack}`,
      { type: 'HeddleWarning', code: 'HEDDLE_STUCK_TRANSACTION' },
    );
  }
}

const open = new Set<OpenCall>();
let looking = false;

function lookLater(): void {
  looking = true;
  const ms = Math.max(OFTENEST, Math.min(OFTEN, native.warnAfter() / 2));
  leave(() => setTimeout(look, ms).unref()); // of no transaction
}

function look(): void {
  looking = false;
  if (open.size === 0) return;
  const now = Date.now();
  const warnAfter = native.warnAfter();
  for (const call of open) call.look(now, warnAfter);
  lookLater();
}

/** Those of this thread, and what others have told of theirs. */
export function openTransactions(): OpenTransaction[] {
  const now = Date.now();
  const others = native.openCalls().map(({ since, text }) => decode(text, now - since));
  return [...Array.from(open, (call) => call.describe(now)), ...others].sort((a, b) => b.age - a.age);
}

// ---------------------------------------------------------------- as text

function encode({ label, readOnly, state, run, body, stack }: OpenTransaction): string {
  const name = label === undefined ? '' : `=${label.replaceAll('\n', ' ')}`;
  return [state, readOnly ? 'read' : '', run, name, body, stack].join('\n');
}

function decode(text: string, age: number): OpenTransaction {
  const [state, readOnly, run, label, body, ...frames] = text.split('\n');
  return {
    label: label === '' ? undefined : label.slice(1),
    here: false,
    readOnly: readOnly !== '',
    state: state as OpenTransaction['state'],
    run: Number(run),
    age,
    body,
    stack: frames.join('\n'),
  };
}

/** The package's own files: of no interest to who looks for his own code. */
const HERE = new URL('..', import.meta.url);
const OWN = [HERE.href, HERE.protocol === 'file:' ? fileURLToPath(HERE) : HERE.href];

function beginning(body: () => unknown): string {
  const text = Function.prototype.toString.call(body).replaceAll(/\s+/g, ' ');
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function framesOfUser(stack = ''): string {
  const frames = stack.split('\n').slice(1);
  return frames.filter((frame) => !OWN.some((own) => frame.includes(own))).join('\n');
}
