export { processItem } from './shared.ts';
