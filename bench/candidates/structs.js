/* global SharedArray, SharedStructType */
// V8's shared structs, a proposal behind `node --harmony-struct`. A struct has fixed fields and no shared Map exists, so each thread
// keeps a Map of its own from key to the shared box that holds the value: right only as long as nobody adds a key.
function index(boxes, keys) {
  return new Map(keys.map((key, i) => [key, boxes[i]]));
}

const userType = () => new SharedStructType(['id', 'name', 'email', 'score', 'active']);

export default {
  title: 'V8 shared structs',
  open({ keys }) {
    if (!globalThis.SharedStructType) {
      throw new Error('needs V8 with --harmony-struct, in a runtime that can send them to workers: Node alone');
    }
    const Box = new SharedStructType(['value']);
    const Lock = new SharedStructType(['mutex']);
    const boxes = new SharedArray(keys.length);
    for (let i = 0; i < keys.length; i++) boxes[i] = new Box();
    const lock = new Lock();
    lock.mutex = new Atomics.Mutex();
    return { boxes, lock, index: index(boxes, keys), mutex: lock.mutex, User: userType() };
  },
  share: ({ boxes, lock }) => ({ boxes, lock }),
  attach: ({ boxes, lock }, { keys }) => ({ index: index(boxes, keys), mutex: lock.mutex, User: userType() }),
  ops: {
    getNumber: ({ index }, key) => index.get(key).value,
    setNumber: ({ index }, key, value) => {
      index.get(key).value = value;
    },
    getObject: ({ index }, key) => index.get(key).value,
    setObject: ({ index, User }, key, { id, name, email, score, active }) => {
      const user = new User();
      user.id = id;
      user.name = name;
      user.email = email;
      user.score = score;
      user.active = active;
      index.get(key).value = user;
    },
    transfer: ({ index, mutex }, from, to) =>
      Atomics.Mutex.lock(mutex, () => {
        const source = index.get(from);
        const target = index.get(to);
        const sourceValue = source.value;
        const targetValue = target.value;
        source.value = sourceValue - 1;
        target.value = targetValue + 1;
      }),
  },
};
