import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const domain = `/heddle-bench-${process.pid}`;
let ems;

// ems knows its members by a number in the environment, and member 0 alone initialises the memory. Its regions are mapped files,
// so that threads of one process share them as its processes do.
function enter(member, filename, capacity) {
  process.env.EMS_Subtask = String(member);
  ems ??= require('ems')(1, false, 'user', domain);
  const region = ems.new({
    dimensions: [2 * capacity],
    heapSize: 1024 * capacity,
    useMap: true,
    persist: true,
    doSetFEtags: true,
    setFEtags: 'full',
    filename,
  });
  return { ems, region, shared: { filename, capacity } };
}

export default {
  title: 'ems',
  open: ({ name, keys, scratch }) => enter(0, join(scratch, name), keys.length),
  share: ({ shared }) => shared,
  attach: ({ filename, capacity }) => enter(1, filename, capacity),
  close({ region }) {
    region.destroy(false);
    rmSync(`/dev/shm${domain}`, { force: true });
  },
  ops: {
    getNumber: ({ region }, key) => region.read(key),
    setNumber: ({ region }, key, value) => region.write(key, value),
    getObject: ({ region }, key) => region.read(key),
    setObject: ({ region }, key, value) => region.write(key, value),
    // Its critical region; the transactions of ems (tmStart, tmEnd) take twice as long.
    transfer: ({ ems: { critical }, region }, from, to) =>
      critical(() => {
        const source = region.read(from);
        const target = region.read(to);
        region.write(from, source - 1);
        region.write(to, target + 1);
      }),
  },
};
