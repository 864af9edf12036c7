import { add, sharedData } from './buffers.ts';

declare const self: Worker;

self.onmessage = async ({ data: times }: MessageEvent<number>) => {
  for (let i = 0; i < times; i++) await add(1);
  self.postMessage(sharedData.name);
};
