/** What has come up, in order; it goes down in reverse, each once. */
export class Stages {
  private readonly up: (() => Promise<void>)[] = [];

  /** `down` undoes what has just come up. */
  add(down: () => Promise<void>): void {
    this.up.push(down);
  }

  /** Takes all down; one that fails does not keep the others up. Rejects with the first failure. */
  async down(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (let stage = this.up.pop(); stage; stage = this.up.pop()) {
      try {
        await stage();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  }
}
