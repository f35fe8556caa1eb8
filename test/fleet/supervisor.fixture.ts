// A process that Supervisor takes for a silo: argv[2] says how it behaves, argv[3] is its number.
import { reportToSupervisor } from '../../silo/silo-report.js';

const [behaviour, index = '0'] = process.argv.slice(2);

// It ends with the test, however that ends.
process.on('disconnect', () => process.exit(7));
if (behaviour === 'refused' || (behaviour === 'second-refused' && index === '1')) {
  await reportToSupervisor({ kind: 'refused', line: `silo ${index} is misled` });
  process.exit(2);
}
process.on('SIGTERM', () => {
  if (behaviour !== 'deaf') process.exit(behaviour === 'fails-to-stop' ? 1 : 0);
});
await reportToSupervisor({ kind: 'running', siloId: `silo-${index}-${process.pid}`, gateway: `http://127.0.0.1:${3000 + Number(index)}` });
