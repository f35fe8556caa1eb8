/** The suite's arena has this many bots. */
export function withBots(count: number): void {
  let before: string | undefined;
  beforeEach(() => {
    before = process.env['ARENA_BOTS'];
    process.env['ARENA_BOTS'] = String(count);
  });
  afterEach(() => {
    if (before === undefined) delete process.env['ARENA_BOTS'];
    else process.env['ARENA_BOTS'] = before;
  });
}
