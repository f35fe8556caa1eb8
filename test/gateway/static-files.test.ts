import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HttpServer } from '../../silo/gateway/http-server.js';
import { StaticFiles } from '../../silo/gateway/static-files.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request over a bare socket: nothing on the way tidies the path. */
function ask(port: number, path: string, { method = 'GET', headers = [] as readonly string[] } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(parse(Buffer.concat(chunks).toString('utf8'))));
    socket.write([`${method} ${path} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers, '', ''].join('\r\n'));
  });
}

function parse(text: string): Answer {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body: body.join('\r\n\r\n') };
}

const SECRET = 'a secret beside the page';

describe('files that the gateway serves', () => {
  const base = mkdtempSync(join(tmpdir(), 'troupe-page-'));
  const page = join(base, 'page');
  let http: HttpServer;
  let port: number;

  before(async () => {
    mkdirSync(join(page, 'sub', '.git'), { recursive: true });
    mkdirSync(join(page, 'empty'));
    mkdirSync(join(base, 'page-2'));
    for (const file of [join(base, 'secret.txt'), join(base, 'page-2', 'secret.txt'), join(page, '.env'), join(page, 'sub', '.git', 'config')]) writeFileSync(file, SECRET);
    writeFileSync(join(page, 'index.html'), '<h1>hello</h1>');
    writeFileSync(join(page, 'sub', 'index.html'), 'sub');
    writeFileSync(join(page, 'game.js'), 'play();');
    writeFileSync(join(page, 'näme with space.txt'), 'named');
    writeFileSync(join(page, 'nothing.css'), '');
    writeFileSync(join(page, 'data.bin'), 'bin');
    symlinkSync(join(base, 'secret.txt'), join(page, 'out.txt'));
    symlinkSync(base, join(page, 'up'));
    symlinkSync(join(page, '.env'), join(page, 'env.txt'));
    symlinkSync(join(page, 'game.js'), join(page, 'alias.js'));
    execFileSync('mkfifo', [join(page, 'pipe')]);
    http = new HttpServer(new StaticFiles(page), '127.0.0.1', 0);
    port = Number(new URL(await http.start()).port);
  });
  after(async () => {
    await http.stop();
    rmSync(base, { recursive: true });
  });

  const outside = [
    '/../secret.txt', '/%2e%2e/secret.txt', '/%2E%2E%2Fsecret.txt', '/..%2fsecret.txt', '/sub/../../secret.txt', '/sub/..%2f..%2fsecret.txt',
    '/%252e%252e/secret.txt', '/%252e%252e%252fsecret.txt', '/..\\secret.txt', '/..%5csecret.txt', '/sub\\..\\..\\secret.txt', '/....//secret.txt',
    '/.%2e/secret.txt', '/%c0%ae%c0%ae/secret.txt', '/%uff0e%uff0e/secret.txt', '/secret.txt%00.html', '/%00', '/%', '/%zz', '/out.txt', '/up/secret.txt',
    '/up/page-2/secret.txt', '/../page-2/secret.txt', '/.env', '/%2eenv', '/sub/.git/config', '/sub/%2egit/config', '/env.txt', '/./.env', '//.env',
    '/../page/.env', 'secret.txt', '../secret.txt', 'http://localhost/../secret.txt', 'file:///etc/passwd', '//etc/passwd', '/etc/passwd', '/pipe', '/empty', '/empty/',
    '/index.html/', '/index.html/..%2f..%2fsecret.txt', '/game.js/x', `/${'a'.repeat(5000)}`, `/${'../'.repeat(200)}secret.txt`,
  ];
  for (const path of outside) {
    it(`keeps ${path.slice(0, 60)} closed`, async () => {
      const { status, body } = await ask(port, path);
      expect(status).to.be.oneOf([400, 404]);
      expect(body).to.not.contain(SECRET).and.not.contain('root:');
    });
  }

  it('serves files with their type, and the index of a folder', async () => {
    expect(await ask(port, '/')).to.deep.include({ status: 200, body: '<h1>hello</h1>' });
    expect((await ask(port, '/')).headers).to.include({ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff', 'content-length': '14' });
    expect(await ask(port, '/sub/?x=1#top')).to.include({ status: 200, body: 'sub' });
    expect((await ask(port, '/game.js?v=2')).headers).to.include({ 'content-type': 'text/javascript; charset=utf-8' });
    expect((await ask(port, '/data.bin')).headers).to.include({ 'content-type': 'application/octet-stream' });
    expect(await ask(port, '/n%C3%A4me%20with%20space.txt')).to.include({ status: 200, body: 'named' });
    expect(await ask(port, '/alias.js')).to.include({ status: 200, body: 'play();' });
    expect(await ask(port, '/nothing.css')).to.include({ status: 200, body: '' });
  });

  it('answers HEAD as GET without the body', async () => {
    const { status, headers, body } = await ask(port, '/game.js', { method: 'HEAD' });
    expect({ status, body }).to.deep.equal({ status: 200, body: '' });
    expect(headers).to.include({ 'content-length': '7', 'content-type': 'text/javascript; charset=utf-8' });
    expect((await ask(port, '/none.js', { method: 'HEAD' })).status).to.equal(404);
  });

  it('says that a file is unchanged', async () => {
    const { etag } = (await ask(port, '/game.js')).headers;
    expect(etag).to.be.a('string');
    for (const tag of [etag!, `W/${etag}`, `"other", ${etag}`, '*']) {
      expect(await ask(port, '/game.js', { headers: [`if-none-match: ${tag}`] }), tag).to.include({ status: 304, body: '' });
    }
    expect((await ask(port, '/game.js', { headers: ['if-none-match: "other"'] })).status).to.equal(200);
    writeFileSync(join(page, 'game.js'), 'play(2);');
    expect(await ask(port, '/game.js', { headers: [`if-none-match: ${etag}`] })).to.include({ status: 200, body: 'play(2);' });
  });

  it('reads only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(port, '/index.html', { method });
      expect(status, method).to.equal(405);
      expect(headers, method).to.include({ allow: 'GET, HEAD' });
    }
  });

  it('says that it lives, page or no page', async () => {
    expect(await ask(port, '/healthz')).to.include({ status: 200, body: 'ok' });
    const bare = new HttpServer(new StaticFiles(undefined), '127.0.0.1', 0);
    const { port: barePort } = new URL(await bare.start());
    expect(await ask(Number(barePort), '/healthz')).to.include({ status: 200, body: 'ok' });
    expect((await ask(Number(barePort), '/')).status).to.equal(404);
    await bare.stop();
    await bare.stop();
  });
});
