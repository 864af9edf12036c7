// Example 3 of the proposal, Configuration Management, as it is written there but for the loops that watch.

interface AppConfig {
  apiEndpoint: string;
  timeout: number;
}

// Shared application configuration
const appConfig = new Bun.SharedRecord<AppConfig>();
const featureFlags = new Bun.SharedMap<string, boolean>();

// Main thread: Update configuration
async function updateConfig(newConfig: Partial<AppConfig>) {
  await Bun.transaction(() => {
    appConfig.update(newConfig);
  });

  console.log('Configuration updated across all workers');
}

export { appConfig, featureFlags, updateConfig };
