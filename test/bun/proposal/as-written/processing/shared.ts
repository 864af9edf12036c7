// Example 2, Data Processing Pipeline: all but its last statement, which is for one thread alone. The workers load this too.

interface RawData {
  text: string;
}

interface ProcessedData {
  words: number;
}

/** How often each text was processed, by whatever worker. */
const computed = new Bun.SharedMap<string, number>();

const hashItem = ({ text }: RawData) => text;

async function expensiveProcess({ text }: RawData): Promise<ProcessedData> {
  await Bun.sleep(1);
  computed.update(text, (times = 0) => times + 1);
  return { words: text.split(' ').length };
}

// #region as written
// Shared cache for expensive computations
const computationCache = new Bun.SharedMap<string, ProcessedData>();
const workQueue = new Bun.SharedQueue<RawData>();

// Producer: Add work items
async function addWork(data: RawData[]) {
  workQueue.enqueueMany(data);
}

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
// #endregion

export { addWork, computationCache, computed, pool, processItem, workQueue };
