// Runs both, and tells what is there then.
import { sharedData, view } from './main.ts';

postMessage([view[1], sharedData.get('key')]);
