export { processItem } from './process-item.ts';
