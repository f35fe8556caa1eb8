// The far end of link-calls.ts: a silo's links with counters behind them. Speaks over IPC: once `{ address }`; ends on 'stop'.
import { SystemClock } from '../../protocol/system-clock.js';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { openCountingPool } from './counting-pool.js';
import { ECHO } from './framed-echo.js';

const network = new SocketFrameNetwork(ECHO.far);
const pool = await openCountingPool(network, ECHO.far, new SystemClock());
process.on('message', () => void pool.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
process.send?.({ address: network.address });
