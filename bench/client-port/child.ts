import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ANSWER_MS = 60_000;

/** A process of this bench that is asked things over IPC, one after the other. */
export class Child<Answer> implements AsyncDisposable {
  /** How it ended, once it has. */
  ended: string | undefined;
  private readonly process: ChildProcess;
  private onAnswer: ((answer: Answer) => void) | undefined;
  private onEnd: ((error: Error) => void) | undefined;

  constructor(file: string, args: readonly string[], nodeFlags: readonly string[] = []) {
    this.process = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [...nodeFlags] });
    this.process.on('message', (answer) => this.onAnswer?.(answer as Answer));
    this.process.on('exit', (code, signal) => {
      this.ended = `${file} ended with ${code ?? signal}`;
      this.onEnd?.(new Error(this.ended));
    });
  }

  /** The next thing it says. Rejects when it ends, or says nothing for `limitMs`. */
  next<A = Answer>(limitMs = ANSWER_MS): Promise<A> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.ended !== undefined) return reject(new Error(this.ended));
      const timer = setTimeout(() => reject(new Error(`the child has said nothing for ${limitMs} ms`)), limitMs);
      this.onAnswer = (answer) => (clearTimeout(timer), resolve(answer));
      this.onEnd = (error) => (clearTimeout(timer), reject(error));
    }) as Promise<unknown> as Promise<A>;
  }

  ask<A = Answer>(question: string | object, limitMs = ANSWER_MS): Promise<A> {
    const answer = this.next<A>(limitMs);
    if (this.process.connected) this.process.send(question);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended !== undefined) return;
    const ended = new Promise<void>((resolve) => void this.process.once('exit', () => resolve()));
    const kill = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    if (this.process.connected) this.process.send('stop');
    await ended;
    clearTimeout(kill);
  }
}
