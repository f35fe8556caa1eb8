// Where a component's thread begins: it loads the user's modules, says that it is ready, and does what its silo says.
import { parentPort, workerData } from 'node:worker_threads';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { createHandleFactory, handleReferences } from '../../sdk/handle.js';
import { READY, type ThreadStart } from '../thread-messages.js';
import { errorToWire } from '../wire-value.js';
import { ComponentWorker } from './component-worker.js';
import { Instances } from './instances.js';
import { ThreadClasses } from './thread-classes.js';
import { ThreadHandleCaller } from './thread-handles.js';
import { ThreadLine } from './thread-line.js';

const { modules, shared } = workerData as ThreadStart;
const port = parentPort!;
const codec = (): Codec => theCodec;
const line = new ThreadLine(port, codec);
const caller = new ThreadHandleCaller(line, codec);
const handles = createHandleFactory(caller);
const theCodec = createCodec({ references: handleReferences(handles) });

try {
  const classes = await ThreadClasses.load(modules);
  const instances = new Instances({ line, codec: theCodec, classes, handles, caller });
  new ComponentWorker(line, theCodec, instances, new Int32Array(shared)).listen(port);
  line.out.write(READY, undefined);
} catch (error) {
  line.out.write(READY, errorToWire(error, theCodec));
}
