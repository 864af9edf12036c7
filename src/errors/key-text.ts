import type { Key } from '../codec/index.js';

/** A key as messages show it. */
export function keyText(key: Key): string {
  if (typeof key === 'bigint') return `${key}n`;
  if (Array.isArray(key)) return `[${key.map(keyText).join(', ')}]`;
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}
