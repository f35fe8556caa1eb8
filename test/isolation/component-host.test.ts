import { InlineHost } from '../../isolation/inline-host.js';
import { beginThread } from '../../isolation/thread-life.js';
import { WorkerHost } from '../../isolation/worker-host.js';
import type { Codec } from '../../protocol/codec/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { describeComponentHost } from '../contracts/component-host.contract.js';
import { silentLog } from './silent-log.js';

const url = new URL('./fixtures/gauge.js', import.meta.url).href;
const workers = (codec: Codec): WorkerHost => new WorkerHost({ codec, log: silentLog, clock: new SystemClock(), begin: beginThread, random: Math.random, scratchRoot: () => '/nowhere' }, () => [url]);

describeComponentHost('inline', { make: (codec) => new InlineHost(codec), isolation: 'inline' });
describeComponentHost('worker', { make: workers, isolation: 'worker' });
describeComponentHost('dedicated', { make: workers, isolation: 'dedicated' });
