/** The engine's numbers for kinds of collections. */
export const SHARED_MAP = 1;
export const SHARED_RECORD = 2;
export const SHARED_SET = 3;
export const SHARED_QUEUE = 4;
export const SHARED_ARRAY = 5;
/** No collection, but what stands for a pool: it has the lifetime of one, and its handles travel like theirs. */
export const WORKER_POOL = 6;

const NAMES: Readonly<Record<number, string>> = {
  [SHARED_MAP]: 'SharedMap',
  [SHARED_RECORD]: 'SharedRecord',
  [SHARED_SET]: 'SharedSet',
  [SHARED_QUEUE]: 'SharedQueue',
  [SHARED_ARRAY]: 'SharedArray',
  [WORKER_POOL]: 'WorkerPool',
};

/** The class of the handles of such collections. */
export function kindName(kind: number): string {
  return NAMES[kind] ?? 'collection of another kind';
}
