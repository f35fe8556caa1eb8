import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8', '.map': 'application/json; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp', '.ico': 'image/x-icon', '.txt': 'text/plain; charset=utf-8', '.wasm': 'application/wasm',
  '.woff2': 'font/woff2', '.mp3': 'audio/mpeg', '.ogg': 'audio/ogg', '.glb': 'model/gltf-binary',
};

/** Serves a folder over HTTP, and `/healthz`. GET and HEAD only; nothing outside the folder, no dot files. */
export class StaticFiles {
  private root: Promise<string> | undefined;

  constructor(private readonly folder: string | undefined) {}

  /** Answers the request; never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.serve(request, response);
    } catch {
      if (response.headersSent) response.destroy();
      else fail(response, 500);
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return fail(response, 405);
    const path = pathOf(request.url ?? '/');
    if (path === '/healthz') return say(response, 200, 'ok', { 'cache-control': 'no-store' });
    const found = path === undefined ? undefined : await this.find(path);
    if (!found) return fail(response, 404);
    const etag = `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`;
    const headers = {
      etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin',
      'content-type': CONTENT_TYPES[extname(found.file).toLowerCase()] ?? 'application/octet-stream',
    };
    if (isKnown(request.headers['if-none-match'], etag)) return void response.writeHead(304, headers).end();
    response.writeHead(200, { ...headers, 'content-length': found.size });
    if (request.method === 'HEAD' || found.size === 0) return void response.end();
    // A file that grows meanwhile is sent as long as it was announced; one that shrinks ends the connection.
    // `pipe` would leave the file open when the client goes away in between.
    await pipeline(createReadStream(found.file, { end: found.size - 1 }), response);
  }

  private async find(path: string): Promise<FoundFile | undefined> {
    if (this.folder === undefined) return undefined;
    const root = await (this.root ??= realpath(this.folder));
    try {
      let file = await realpath(join(root, path));
      if ((await stat(file)).isDirectory()) file = await realpath(join(file, 'index.html'));
      const inside = relative(root, file);
      // A link that leads out of the folder, or to a dot file in it, is not part of it.
      if (inside.startsWith('..') || inside.startsWith(sep) || hasDotFile(inside.split(sep))) return undefined;
      const found = await stat(file);
      // Reading a pipe or a device would wait for ever.
      return found.isFile() ? { file, size: found.size, mtimeMs: found.mtimeMs } : undefined;
    } catch {
      // Absent or unreadable: the same to the outside.
      return undefined;
    }
  }
}

interface FoundFile {
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

function hasDotFile(segments: readonly string[]): boolean {
  return segments.some((segment) => segment.startsWith('.'));
}

/** The decoded path, or `undefined` for one that is malformed, climbs, or names a dot file. */
function pathOf(url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]!);
  } catch {
    return undefined;
  }
  const isSafe = path.startsWith('/') && !path.includes('\0') && !path.includes('\\') && !hasDotFile(path.split('/'));
  return isSafe ? path : undefined;
}

function fail(response: ServerResponse, status: 404 | 405 | 500): void {
  const text = { 404: 'not found', 405: 'method not allowed', 500: 'internal error' }[status];
  say(response, status, text, status === 405 ? { allow: 'GET, HEAD' } : {});
}

function say(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length, 'x-content-type-options': 'nosniff', ...headers }).end(text);
}
