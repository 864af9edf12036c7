import { join } from 'node:path';

// noSync: rivals that keep nothing on disk must not win by that alone.
async function open(path) {
  const { open: openDatabase } = await import('lmdb');
  return { path, db: openDatabase({ path, noSync: true, sharedStructuresKey: Symbol.for('structures') }) };
}

const inOneTransaction = ({ db }, loop) => db.transactionSync(loop);

export default {
  title: 'lmdb',
  open: ({ name, scratch }) => open(join(scratch, name)),
  share: ({ path }) => path,
  attach: open,
  close: ({ db }) => db.close(),
  // A read snapshot lasts until the event loop turns; loops that wait for other threads without a turn ask for a new one.
  refresh: ({ db }) => db.resetReadTxn(),
  // A write outside a transaction waits for the disk thread; many in one transaction are lmdb at its best.
  around: { setNumber: inOneTransaction, setObject: inOneTransaction },
  ops: {
    getNumber: ({ db }, key) => db.get(key),
    setNumber: ({ db }, key, value) => db.putSync(key, value),
    getObject: ({ db }, key) => db.get(key),
    setObject: ({ db }, key, value) => db.putSync(key, value),
    transfer: ({ db }, from, to) =>
      db.transactionSync(() => {
        const source = db.get(from);
        const target = db.get(to);
        db.putSync(from, source - 1);
        db.putSync(to, target + 1);
      }),
  },
};
