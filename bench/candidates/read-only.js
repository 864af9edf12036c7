// What stays open while its fields are read: views, and plain objects beside them. A store is an array of values, one for each key, and
// one large value.
import { config } from '../harness/large.js';

const ops = {
  readField: ({ opened }, _key, i) => opened[i].score,
  readLarge: ({ large }) => large.limits.requests,
  readDeep: ({ large }) => large.sections.section7.title,
};

const large = config();

export const plain = {
  title: 'a plain object',
  open: ({ keys, values }) => ({ opened: keys.map((_, i) => values[i]), large }),
  ops,
};

export const views = {
  title: 'heddle’s view',
  async open({ name, keys, values }) {
    const { SharedMap } = await import('heddle');
    const map = new SharedMap({ name });
    map.setMany(keys.map((key, i) => [key, values[i]]));
    map.set('large', large);
    return { map, opened: keys.map((key) => map.view(key)), large: map.view('large') };
  },
  close: ({ map }) => map.destroy(),
  ops,
};
