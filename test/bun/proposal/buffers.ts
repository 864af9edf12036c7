// The proposal's migration from SharedArrayBuffer, as it is written there.

const sharedData = new Bun.SharedMap<string, number>();

async function write(newValue: number) {
  // After: Transactional updates
  await Bun.transaction(() => {
    sharedData.set('key', newValue);
  });
}

/** The critical section of the code before it, with a read in it. */
async function add(amount: number) {
  await Bun.transaction(() => {
    const newValue = (sharedData.get('key') ?? 0) + amount;
    sharedData.set('key', newValue);
  });
}

export { add, sharedData, write };
