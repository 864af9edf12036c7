export default {
  title: 'heddle',
  async open({ name }) {
    const { SharedMap, transaction, transactionSync } = await import('heddle');
    return { name, map: new SharedMap({ name }), transaction, transactionSync };
  },
  share: ({ name }) => ({ name }),
  attach(shared) {
    return this.open(shared);
  },
  close: ({ map }) => map.destroy(),
  ops: {
    getNumber: ({ map }, key) => map.get(key),
    viewNumber: ({ map }, key) => map.view(key),
    setNumber: ({ map }, key, value) => map.set(key, value),
    getObject: ({ map }, key) => map.get(key),
    setObject: ({ map }, key, value) => map.set(key, value),
    transfer: ({ map, transactionSync }, from, to) =>
      transactionSync(() => {
        const source = map.get(from);
        const target = map.get(to);
        map.set(from, source - 1);
        map.set(to, target + 1);
      }),
    transferAwaited: ({ map, transaction }, from, to) =>
      transaction(() => {
        const source = map.get(from);
        const target = map.get(to);
        map.set(from, source - 1);
        map.set(to, target + 1);
      }),
    transferAsync: ({ map, transaction }, from, to) =>
      transaction(async () => {
        const source = map.get(from);
        const target = map.get(to);
        await null;
        map.set(from, source - 1);
        map.set(to, target + 1);
      }),
  },
};
