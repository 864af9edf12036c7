/**
 * The classes that a program registers with `registerClass`, for the compiler, which otherwise refuses to share objects with methods. The names
 * of the properties do not matter.
 *
 * ```ts
 * declare module 'heddle' {
 *   interface Registered {
 *     User: User;
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: programs add to it
export interface Registered {}
