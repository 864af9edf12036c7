import { SharedMap } from 'heddle';
const m = new SharedMap({ name: 'zz' });
const N = 200000;
function run(label) { const t = performance.now(); for (let i = 0; i < N; i++) m.set(i % 100, i); console.log(label, ((performance.now() - t) * 1e6 / N) | 0, 'ns'); }
for (let i = 0; i < 5; i++) run('none');
const ws = []; for (let k = 0; k < 100; k++) ws.push(m.watch(k));
for (let i = 0; i < 5; i++) run('100 idle watchers');
for (const w of ws) w.return();
const a = m.watchAll(); for (let i = 0; i < 3; i++) run('watchAll lost'); a.return();
const b = m.watchAll({ buffer: 1 << 20 });
for (let i = 0; i < 4; i++) { run('watchAll'); const t = performance.now(); for (let k = 0; k < N; k++) await b.next(); console.log('  read', ((performance.now() - t) * 1e6 / N) | 0, 'ns'); }
