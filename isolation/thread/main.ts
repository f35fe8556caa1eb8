// Where a component's thread begins: it loads the user's modules, says that it is ready, and does what its silo says.
import { parentPort, workerData } from 'node:worker_threads';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { createHandleFactory, handleReferences } from '../../sdk/handle.js';
import { READY, THREAD_ID } from '../thread-messages.js';
import type { ThreadStart } from '../thread-start.js';
import { errorToWire } from '../wire-value.js';
import { ComponentWorker } from './component-worker.js';
import { guardThread } from './guards.js';
import { watchHeap } from './heap-check.js';
import { loadFrom } from './kept-sources.js';
import { Instances } from './instances.js';
import { ownThreadId } from './own-thread-id.js';
import { ThreadClasses } from './thread-classes.js';
import { ANY_INSTANCE, ThreadHandleCaller } from './thread-handles.js';
import { ThreadLine } from './thread-line.js';

const { modules, kept, shared, port, memoryLimitMb, scratch } = workerData as ThreadStart;
// User code that writes to `parentPort`, or reads `workerData`, reaches nothing of the conversation.
parentPort!.close();
for (const name of Object.keys(workerData as object)) Reflect.deleteProperty(workerData as object, name);
guardThread();
const codec = (): Codec => theCodec;
const words = new Int32Array(shared);
const line = new ThreadLine(port, codec, words);
const caller = new ThreadHandleCaller(line, codec);
const handles = createHandleFactory(caller);
const theCodec = createCodec({ references: handleReferences(handles) });

words[THREAD_ID] = ownThreadId() ?? 0;
try {
  if (kept) loadFrom(kept);
  const classes = await ThreadClasses.load(modules);
  const instances = new Instances({ line, codec: theCodec, classes, handles, caller, scratch });
  new ComponentWorker(line, theCodec, instances, words).listen(port);
  watchHeap(memoryLimitMb, (reason) => line.say(ANY_INSTANCE, 'giveUp', [reason]));
  line.out.write(READY, undefined);
} catch (error) {
  line.out.write(READY, errorToWire(error, theCodec));
}
