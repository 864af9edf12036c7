// The migration from postMessage: the text leaves its declarations out.

export interface Config {
  limit: number;
  hosts: string[];
}

export const sharedConfig = new Bun.SharedRecord<Config>();
