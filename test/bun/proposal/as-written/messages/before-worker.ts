// Before: a worker that is sent its configuration.

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<{ type: string }>) => {
  if (data.type === 'config') self.postMessage({ type: 'config_updated' });
};
