/** The engine's numbers for kinds of collections. */
export const SHARED_MAP = 1;
export const SHARED_RECORD = 2;
export const SHARED_SET = 3;
export const SHARED_QUEUE = 4;
export const SHARED_ARRAY = 5;

const NAMES: Readonly<Record<number, string>> = {
  [SHARED_MAP]: 'SharedMap',
  [SHARED_RECORD]: 'SharedRecord',
  [SHARED_SET]: 'SharedSet',
  [SHARED_QUEUE]: 'SharedQueue',
  [SHARED_ARRAY]: 'SharedArray',
};

/** The class of the handles of such collections. */
export function kindName(kind: number): string {
  return NAMES[kind] ?? 'collection of another kind';
}
