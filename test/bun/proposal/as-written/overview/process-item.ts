import { threadId } from 'node:worker_threads';

export const processItem = (item: number) => ({ square: item * item, threadId });
