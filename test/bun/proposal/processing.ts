// Example 2: data processing pipeline.
import type { ProcessedData, RawData } from './types.js';

// Shared cache for expensive computations
const computationCache = new Bun.SharedMap<string, ProcessedData>();

// Worker pool: Process items with caching
const pool = new Bun.WorkerPool('./processor.js', { size: 8 });

async function processItem(item: RawData): Promise<ProcessedData> {
  const cacheKey = hashItem(item);

  // Check cache first
  const cached = computationCache.get(cacheKey);
  if (cached) return cached;

  // Expensive computation
  const result = await expensiveProcess(item);

  // Cache result for other workers
  await Bun.transaction(() => {
    computationCache.set(cacheKey, result);
  });

  return result;
}

// What the text leaves out.

const computed = new Bun.SharedMap<string, number>();

function hashItem({ text }: RawData): string {
  return text;
}

async function expensiveProcess({ text }: RawData): Promise<ProcessedData> {
  await Bun.sleep(1);
  await Bun.transaction(() => computed.set(text, (computed.get(text) ?? 0) + 1));
  return { words: text.split(' ').length };
}

export { computationCache, computed, pool, processItem };
