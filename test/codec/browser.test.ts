import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { expect } from 'chai';
import { build } from 'esbuild';
import { createCodec } from '../../protocol/codec/index.js';

const SCRIPT = `
  import 'reflect-metadata';
  import { Exclude } from 'class-transformer';
  import { createCodec } from './codec/index.js';
  import { registerSerializable } from './serializable-registry.js';
  class Vec2 { constructor(x) { this.x = x; } length() { return this.x; } }
  registerSerializable('browser.vec2', Vec2);
  class Login { constructor() { this.user = 'ann'; this.password = 'secret'; } }
  Exclude()(Login.prototype, 'password');
  registerSerializable('browser.login', Login);
  globalThis.Login = Login;
  globalThis.codec = createCodec();
  globalThis.Vec2 = Vec2;
`;

describe('the codec in a browser', () => {
  it('reads and writes what Node writes and reads, with no Buffer and no eval', async () => {
    const resolveDir = fileURLToPath(new URL('../../protocol/', import.meta.url));
    const { outputFiles } = await build({ stdin: { contents: SCRIPT, resolveDir }, bundle: true, platform: 'browser', format: 'iife', write: false, logLevel: 'error' });
    const context = vm.createContext({ TextEncoder, TextDecoder }, { codeGeneration: { strings: false, wasm: false } });
    vm.runInContext(outputFiles[0]!.text, context);
    const write = (expression: string): Uint8Array => Uint8Array.from(vm.runInContext(`codec.encode(${expression}, 'value')`, context) as Uint8Array);
    const node = createCodec();

    const expression = "[new Vec2(5), new Map([['a', 10n ** 30n]]), new Uint8Array([1, 2]), '\\ud800', 'é'.repeat(100), '\\ufeff' + 'x'.repeat(99), undefined, [null], new Date(7)]";
    const fromBrowser = write(expression);
    expect(node.decode(fromBrowser)).to.deep.equal([{ x: 5 }, new Map([['a', 10n ** 30n]]), new Uint8Array([1, 2]), '\ud800', 'é'.repeat(100), `\ufeff${'x'.repeat(99)}`, undefined, [null], new Date(7)]);

    context.bytes = node.encode({ blob: Buffer.from('hi'), text: ['漢'.repeat(50), `\ufeff${'x'.repeat(99)}`] }, 'value');
    expect(vm.runInContext("(({ blob, text }) => JSON.stringify([blob.constructor.name, [...blob], text[0].length, text[1].charCodeAt(0)]))(codec.decode(new Uint8Array(bytes)))", context))
      .to.equal(JSON.stringify(['Uint8Array', [104, 105], 50, 0xfeff]));
    context.bytes = fromBrowser;
    expect(vm.runInContext('codec.decode(new Uint8Array(bytes))[0].length()', context)).to.equal(5);
    expect(vm.runInContext('JSON.stringify(codec.copy([new Login()], "value"))', context)).to.equal('[{"user":"ann"}]');
    expect(vm.runInContext('codec.copy([new Vec2(6)], "value")[0].length()', context)).to.equal(6);
  });
});
