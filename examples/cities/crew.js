import { parentPort, Worker } from 'node:worker_threads';

export const WORKERS = 4;

/** A few workers that run one script. */
export class Crew {
  constructor(script, size) {
    this.workers = Array.from({ length: size }, (_, part) => new Worker(script, { workerData: { part, parts: size } }));
  }

  /** Puts one question to all workers at once. Resolves to their answers. */
  ask(question, data) {
    return Promise.all(this.workers.map((worker) => ask(worker, { question, data })));
  }

  async sum(question) {
    return (await this.ask(question)).reduce((a, b) => a + b);
  }

  /** Calls `listener` with everything that the workers post on their own. */
  onPost(listener) {
    for (const worker of this.workers) {
      worker.on('message', (message) => {
        if ('post' in message) listener(message.post);
      });
    }
  }
}

function ask(worker, message) {
  return new Promise((resolve, reject) => {
    const listen = (reply) => {
      if (!('answer' in reply)) return;
      worker.off('message', listen);
      worker.off('error', reject);
      resolve(reply.answer);
    };
    worker.on('message', listen);
    worker.on('error', reject);
    worker.postMessage(message);
  });
}

/** In a worker: what it does when it is asked, one function per question. */
export function answer(questions) {
  parentPort?.on('message', ({ question, data }) => parentPort?.postMessage({ answer: questions[question](data) }));
}

/** In a worker: something for the main thread that it did not ask for. */
export function post(message) {
  parentPort?.postMessage({ post: message });
}
