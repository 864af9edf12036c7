/** Whether code may be made from strings here. */
export const canCompile = ((): boolean => {
  try {
    return new Function('return true')();
  } catch {
    return false;
  }
})();
