import { collect } from '../../tools/collect.js';
import { until } from './wait.js';

/** Collects garbage until `condition()` is true. */
export function untilCollected(condition, what) {
  return until(() => {
    collect();
    return condition();
  }, what);
}
