// Loads all the cities of the world in three ways and compares what came out, the time and the memory.
import { runVariant } from './process.js';
import { report } from './report.js';

console.log('One thread, plain Maps');
const plain = await runVariant('./variants/plain.js');
console.log('Four workers, postMessage');
const messages = await runVariant('./variants/messages.js');
console.log('Four workers, heddle');
const shared = await runVariant('./variants/shared.js');

const differences = { messages: differencesTo(plain, messages), shared: differencesTo(plain, shared) };
console.log(`\n${report({ plain, messages, shared }, differences)}`);
process.exitCode = Object.values(differences).flat().length === 0 ? 0 : 1;

/** The names of what differs: a map, or the answers that the workers found. */
function differencesTo(expected, actual) {
  const maps = Object.keys(expected.fingerprints).filter(
    (map) => actual.fingerprints[map] !== expected.fingerprints[map],
  );
  const sameAnswers = actual.answers.every((answer, worker) => answer === expected.answers[worker]);
  return sameAnswers ? maps : [...maps, 'answers'];
}
