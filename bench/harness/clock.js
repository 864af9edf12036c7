/** Milliseconds on a clock that all threads of the process share, unlike that of `performance.now()`. */
export const clock = () => performance.timeOrigin + performance.now();
