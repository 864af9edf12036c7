// What a thread of a storm and who terminates it tell each other, in words that they share.

/** Where the thread is: one of the places. */
export const PLACE = 0;
/** How often it has done its job. */
export const ROUNDS = 1;
/** Raised by who terminates it: from then on it opens nothing. */
export const OVER = 2;
export const WORDS = 3;

export const STARTING = 0;
export const LOADING = 1;
export const OPENING = 2;
export const BETWEEN = 3;
export const MIDST = 4;

/** By number. */
export const PLACES = [
  'before its code',
  'while heddle loads',
  'before its first work',
  'between two works',
  'in the midst of one',
];
