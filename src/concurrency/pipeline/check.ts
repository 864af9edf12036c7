// The arguments of `pipeline`, checked.

import { typeName } from '../../arguments.js';
import type { AnyPool } from '../call.js';
import { checkOptions } from '../options.js';
import { Source } from './source.js';
import type { PipelineInput, PipelineOptions, PipelineStage, StageFunction, StageOptions } from './types.js';

export interface CheckedStage {
  readonly fn: StageFunction<unknown, unknown>;
  readonly parallelism: number;
  readonly ordered: boolean;
  readonly pool: AnyPool | undefined;
}

export interface CheckedPipeline {
  readonly input: PipelineInput<unknown>;
  readonly stages: readonly CheckedStage[];
  readonly maxInFlight: number;
  readonly options: PipelineOptions;
}

/** In flight for each call that may be under way: one that is, and one that waits for its turn or has had it. */
const FOR_EACH = 2;
const MOST = 1024;

/** Throws a TypeError or a RangeError. */
export function checkPipeline(input: unknown, stages: unknown, given: unknown): CheckedPipeline {
  Source.check(input);
  if (!Array.isArray(stages))
    throw new TypeError('The stages of a pipeline must be an array: pipeline(input, [fn, …]).');
  const options = checkOptions<PipelineOptions>('pipeline', given, [
    'parallelism',
    'ordered',
    'maxInFlight',
    'onProgress',
    'signal',
    'grace',
  ]);
  const checked = Array.from(stages, (stage, n) => checkStage(stage, n, options)); // holes included
  const calls = checked.reduce((sum, { parallelism }) => sum + parallelism, 0);
  const { maxInFlight = Math.max(1, Math.min(FOR_EACH * calls, MOST)) } = options;
  return { input: input as PipelineInput<unknown>, stages: checked, maxInFlight, options };
}

type AnyStage = StageOptions<unknown, unknown>;

function checkStage(stage: PipelineStage<unknown, unknown>, n: number, defaults: PipelineOptions): CheckedStage {
  const what = `Stage ${n} of the pipeline`;
  const stated =
    typeof stage === 'object' && stage !== null
      ? checkOptions<AnyStage>(what, stage, ['fn', 'parallelism', 'ordered', 'pool'])
      : { fn: stage };
  if (typeof stated.fn !== 'function') {
    throw new TypeError(`${what} must be a function, or an object with a function fn, and not ${typeName(stage)}.`);
  }
  const { fn, parallelism = defaults.parallelism ?? 1, ordered = defaults.ordered ?? true, pool } = stated as AnyStage;
  return { fn, parallelism, ordered, pool };
}
