// The ceiling: a Map of this thread alone. It shares nothing, so in the rows with workers each thread has its own.
export default {
  title: 'plain Map',
  open: () => ({ map: new Map() }),
  attach: (_shared, { keys, values }) => ({ map: new Map(keys.map((key, i) => [key, values[i]])) }),
  ops: {
    getNumber: ({ map }, key) => map.get(key),
    setNumber: ({ map }, key, value) => map.set(key, value),
    getObject: ({ map }, key) => map.get(key),
    setObject: ({ map }, key, value) => map.set(key, value),
    transfer: ({ map }, from, to) => {
      const source = map.get(from);
      const target = map.get(to);
      map.set(from, source - 1);
      map.set(to, target + 1);
    },
  },
};
