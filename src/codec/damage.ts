/** The error for bytes that no encoder has made. */
export function damaged(what: string): Error {
  return new Error(`These bytes are not an encoded value: ${what}.`);
}
