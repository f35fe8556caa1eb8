// A process that Supervisor takes for a silo: argv[2] says how it behaves, argv[3] is its number, argv[4] where it says that it has begun.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportToSupervisor } from '../../silo/silo-report.js';

const [behaviour, index = '0', folder = ''] = process.argv.slice(2);

// It ends with the test, however that ends.
process.on('disconnect', () => process.exit(7));
let stops = 0;
process.on('SIGTERM', () => {
  // One that is late runs only when it should stop already.
  if (behaviour !== 'deaf' && (behaviour !== 'late' || ++stops === 2)) process.exit(behaviour === 'fails-to-stop' ? 1 : 0);
  if (behaviour === 'late') void reportRunning();
});
if (behaviour === 'late') writeFileSync(join(folder, index), String(process.pid));
if (behaviour === 'refused' || (['second-refused', 'late'].includes(behaviour!) && index === '1')) {
  await reportToSupervisor({ kind: 'refused', line: `silo ${index} is misled` });
  process.exit(2);
}
if (behaviour !== 'late') await reportRunning();

function reportRunning(): Promise<void> {
  return reportToSupervisor({ kind: 'running', siloId: `silo-${index}-${process.pid}`, gateway: `http://127.0.0.1:${3000 + Number(index)}` });
}
