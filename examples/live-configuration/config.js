// The configuration that all threads share, and what it has to look like.
import { SharedRecord } from 'heddle';
import { z } from 'zod';

const schema = z.strictObject({
  greeting: z.string().min(1),
  requestsPerSecond: z.number().int().min(1),
  maintenance: z.boolean(),
});

export const config = new SharedRecord({
  name: 'live configuration',
  schema,
  initial: { greeting: 'Hello', requestsPerSecond: 1000, maintenance: false },
});
