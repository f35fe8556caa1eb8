import { connect } from 'node:net';

/** An Engine.IO session by polling. */
export interface HttpSession {
  readonly sid: string;
  /** The status that the gateway answers with. */
  post(body: string): Promise<string>;
}

/** Begins one. */
export async function httpSession(address: string): Promise<HttpSession> {
  const url = `${address}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(url)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { readonly sid: string };
  await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40{"token":"poller"}' }).then((answer) => answer.text());
  return {
    sid,
    post: (body) => fetch(`${url}&sid=${sid}`, { method: 'POST', body }).then((answer) => answer.text().then(() => `status ${answer.status}`), () => 'connection reset'),
  };
}

/** Says something to the port, and how it answered: the status, or that it hung up. Waits at most `limitMs`. */
export function rawHttp(address: string, said: string, limitMs = 20_000): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let heard = '';
    const timer = setTimeout(() => end('no answer'), limitMs);
    const end = (outcome: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      const status = /^HTTP\/1\.1 (\d+)/.exec(heard)?.[1];
      if (status !== undefined && limitMs >= 5000) end(`status ${status}`);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => end(/^HTTP\/1\.1 (\d+)/.test(heard) ? `status ${heard.slice(9, 12)}` : 'hung up'));
    socket.write(said);
  });
}
