export { processItem } from './processing.ts';
