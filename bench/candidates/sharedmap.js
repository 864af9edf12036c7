import SharedMap from 'sharedmap';

const KEY_LENGTH = 16;
const VALUE_LENGTH = 128;

export default {
  title: 'sharedmap',
  // Half full at most: a nearly full table would be slower for no fault of its own.
  open: ({ keys }) => ({ map: new SharedMap(2 * keys.length, KEY_LENGTH, VALUE_LENGTH) }),
  share: ({ map }) => map,
  attach: (map) => ({ map: Object.setPrototypeOf(map, SharedMap.prototype) }),
  ops: {
    // It keeps strings; a number or an object is what its user makes of them.
    getNumber: ({ map }, key) => Number(map.get(key)),
    setNumber: ({ map }, key, value) => map.set(key, value),
    getObject: ({ map }, key) => JSON.parse(map.get(key)),
    setObject: ({ map }, key, value) => map.set(key, JSON.stringify(value)),
    transfer: ({ map }, from, to) => {
      const locked = { lockWrite: true };
      map.lockWrite();
      const source = Number(map.get(from, locked));
      const target = Number(map.get(to, locked));
      map.set(from, source - 1, locked);
      map.set(to, target + 1, locked);
      map.unlockWrite();
    },
  },
};
