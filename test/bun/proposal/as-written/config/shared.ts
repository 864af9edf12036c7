// Example 3, Configuration Management: the declarations, and what the main thread does.

interface AppConfig {
  apiEndpoint: string;
  timeout: number;
}

// #region as written
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
// #endregion

export { appConfig, featureFlags, updateConfig };
