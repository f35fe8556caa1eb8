// The far end of framed-echo.ts: a silo's port that sends back every message. Speaks over IPC: once `{ address }`; ends on 'stop'.
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { ECHO } from './framed-echo.js';
import { MessageCollector, eachMessage } from './message-collector.js';

const network = new SocketFrameNetwork(ECHO.far);
await network.listen((connection) => {
  const replies = new MessageCollector((frame) => connection.send(frame));
  connection.onFrame((frame) => eachMessage(frame, (id, payload) => replies.add(id, payload)));
});
process.on('message', () => void network.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
process.send?.({ address: network.address });
