import { test } from 'node:test';
import fc from 'fast-check';
import { copierOf, decodeValue, decodeWithCopier, lastCopier, toView } from '../../dist/codec/index.js';
import { loops, seed } from '../support/random.js';
import { anyValue } from './arbitrary.js';
import { assertSame, encoded, roundTrip } from './support.js';

const parameters = { seed, numRuns: loops(300) };

test('any value arrives as structuredClone would give it', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const expected = structuredClone(value);
      assertSame(roundTrip(value), expected);
      assertSame(roundTrip([value, value]), [expected, expected]);
      assertSame(roundTrip(value), expected);
    }),
    parameters,
  );
});

test('copiers and views of any value show the same', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const expected = structuredClone(value);
      const { bytes, length } = encoded(value);
      const pristine = decodeWithCopier(bytes, 0, length);
      const copy = lastCopier ?? ((same) => same);
      assertSame(copy(pristine), expected);
      const view = toView(pristine);
      assertSame(view, expected);
      assertSame(copy(pristine), expected);
      assertSame((copierOf(view) ?? ((same) => same))(view), expected);
      assertSame(decodeValue(bytes, 0, length), expected);
    }),
    parameters,
  );
});
