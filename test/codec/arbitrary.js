// Values of all kinds, drawn at random.

import fc from 'fast-check';

export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 }).map((units) => String.fromCharCode(...units)),
);
export const anyKey = fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'a', 'b', 'c', '0', '1', '10'));
export const anyValue = fc.anything({
  key: anyKey,
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    anyText,
    fc.constantFrom(null, undefined, Number.NaN, -0),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  ],
  maxDepth: 4,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
});
