import { SharedMap } from 'heddle';
import { createStore } from '../aggregate.js';

/** The same maps in every thread that calls this, since they have names. `workers`: worker → what it has done. */
export function openStore() {
  /** @type {(name: string) => SharedMap<any, any>} */
  const open = (name) => new SharedMap({ name });
  return { ...createStore(open), workers: open('workers') };
}
