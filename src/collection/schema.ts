// Schemas: what is written is checked, and stored as the schema gives it back.

import { typeName } from '../arguments.js';
import type { Key } from '../codec/index.js';
import { AsyncSchemaError, ValidationError, type ValidationIssue } from '../errors.js';
import { isThenable } from '../txn/thenable.js';

/** A schema of any library that follows Standard Schema (https://standardschema.dev), version 1: zod, valibot, arktype, … */
export interface Schema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value: `value` is what it makes of it, unless there are `issues`. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly ValidationIssue[] };

/** Whether it is a schema as an option takes it. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  const standard = (value as Partial<Schema>)['~standard'];
  return standard?.version === 1 && typeof standard.validate === 'function';
}

/**
 * What `schema` makes of `value`, which is to be written under `key`; of all fields of a record without one. Throws a `ValidationError`
 * if it refuses the value, an `AsyncSchemaError` if it answers later, a `TypeError` for an answer that is none, and what it throws itself.
 */
export function validated(schema: Schema, value: unknown, key?: Key): unknown {
  const result = schema['~standard'].validate(value);
  if (isThenable(result)) {
    result.then(undefined, () => {}); // nobody else will hear of it
    throw new AsyncSchemaError(schema['~standard'].vendor);
  }
  if (typeof result !== 'object' || result === null || !(result.issues !== undefined || 'value' in result)) {
    throw new TypeError(
      `This schema (${schema['~standard'].vendor}) does not follow Standard Schema: what validate() returns must be { value } or { issues }, and not ${typeName(result)}.`,
    );
  }
  if (result.issues !== undefined) throw new ValidationError(result.issues, key);
  return result.value;
}
