// The proposal's migration from postMessage, as it is written there but for the loop that watches.

interface Config {
  limit: number;
  hosts: string[];
}

const sharedConfig = new Bun.SharedRecord<Config>();

async function publish(config: Config) {
  // After: Reactive shared state
  await Bun.transaction(() => {
    sharedConfig.update(config);
  });
}

export { publish, sharedConfig };
