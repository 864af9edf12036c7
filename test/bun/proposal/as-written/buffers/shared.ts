// The migration from SharedArrayBuffer: the text leaves its declarations out.

export const sharedData = new Bun.SharedMap<string, number>();
