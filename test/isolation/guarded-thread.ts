// A thread that guards itself, does one deed by name and tells what came of it.
import fs, { closeSync, createReadStream, openSync, promises, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawn } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';
import { guardThread } from '../../isolation/thread/guards.js';

export interface Deed {
  readonly name: string;
  /** A descriptor of the main thread, or a folder. */
  readonly with?: unknown;
}

const { name, with: given } = workerData as Deed;
const DEEDS: Readonly<Record<string, () => unknown>> = {
  'SIGTERM to itself': () => process.kill(process.pid, 'SIGTERM'),
  'SIGKILL to its group': () => process.kill(0, 'SIGKILL'),
  'SIGKILL to all': () => process.kill(-1, 'SIGKILL'),
  'SIGKILL to the group it leads': () => process.kill(-process.pid, 'SIGKILL'),
  'the default signal to itself': () => process.kill(process.pid),
  'a look whether it is there': () => process.kill(process.pid, 0),
  'SIGKILL to a child': async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const exit = once(child, 'exit');
    process.kill(child.pid!, 'SIGKILL');
    return (await exit)[1] as unknown;
  },
  'closing stdout': () => fs.closeSync(1),
  'closing stdin through an import by name': () => closeSync(0),
  'closing stderr with a callback': () => fs.close(2, () => undefined),
  "closing the silo's": () => fs.closeSync(given as number),
  'closing what is no descriptor': () => fs.closeSync('1' as unknown as number),
  'opening without a callback': () => (fs.open as (...args: unknown[]) => void)('/dev/null', 'r'),
  'its own files': async () => {
    const file = join(given as string, 'own');
    writeFileSync(file, Buffer.from('abc'));
    const fd = openSync(file, 'r');
    closeSync(fd);
    const later = await promisify(fs.open)(file, 'r');
    await promisify(fs.close)(later);
    const handle = await promises.open(file);
    await handle.close();
    fs.truncateSync(file, 2);
    const streamed = (await createReadStream(file, 'utf8').toArray()) as string[];
    return [readFileSync(file, 'utf8'), streamed.join('')];
  },
  'closing twice': () => {
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    closeSync(fd);
  },
};

guardThread();
try {
  parentPort!.postMessage({ value: await DEEDS[name]!() });
} catch (error) {
  parentPort!.postMessage({ error: `${(error as Error).name}: ${(error as Error).message}`, code: (error as { readonly code?: string }).code });
}
