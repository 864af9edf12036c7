import { candidates } from '../candidates/index.js';

/** Entries that differ in nothing but the candidate. */
export const compared = (names, common) =>
  names.map((candidate) => ({ label: candidates[candidate].title, candidate, ...common }));
