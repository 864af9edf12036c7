/** The engine's numbers for kinds of collections. */
export const SHARED_MAP = 1;
export const SHARED_RECORD = 2;
export const SHARED_SET = 3;

const NAMES: Readonly<Record<number, string>> = {
  [SHARED_MAP]: 'SharedMap',
  [SHARED_RECORD]: 'SharedRecord',
  [SHARED_SET]: 'SharedSet',
};

/** The class of the handles of such collections. */
export function kindName(kind: number): string {
  return NAMES[kind] ?? 'collection of another kind';
}
