// A tab of the chat's page in a real browser, and what a person does and sees in it.
import type { BrowserContext, Page } from 'playwright-core';

const STEP_LIMIT_MS = 30_000;

export class ChatTab {
  private constructor(readonly page: Page) {}

  /** Opens the page and waits until it is in a room. */
  static async open(context: BrowserContext, address: string): Promise<ChatTab> {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_LIMIT_MS);
    await page.goto(address);
    const tab = new ChatTab(page);
    await tab.until('the page is in a room', () => !(document.getElementById('text') as HTMLInputElement).disabled, undefined);
    return tab;
  }

  async say(text: string): Promise<void> {
    await this.page.fill('#text', text);
    await this.page.press('#text', 'Enter');
  }

  async rename(name: string): Promise<void> {
    await this.page.fill('#name', name);
    await this.page.press('#name', 'Enter');
    await this.sees(name, '#members .own');
  }

  async go(room: string): Promise<void> {
    await this.page.getByRole('button', { name: room }).click();
    await this.isIn(room);
  }

  isIn(room: string): Promise<void> {
    return this.until(`the page is in # ${room}`, (name) => document.querySelector('#rooms [aria-current=true]')?.textContent === `# ${name}`, room);
  }

  /** Waits until an element with exactly this text is there. */
  sees(text: string, selector: string, limitMs = STEP_LIMIT_MS): Promise<void> {
    return this.until(`"${text}" in ${selector}`, ([text, selector]) => [...document.querySelectorAll(selector)].some((element) => element.textContent === text), [text, selector] as const, limitMs);
  }

  hears(text: string): Promise<void> {
    return this.sees(text, '#lines li p');
  }

  /** Waits until exactly these are in the room, in whatever order. */
  seesMembers(names: readonly string[], limitMs = STEP_LIMIT_MS): Promise<void> {
    return this.until(`${names.join(', ')} are here`, (expected) => {
      const shown = [...document.querySelectorAll('#members li')].map(({ textContent }) => textContent);
      return JSON.stringify(shown.sort()) === expected;
    }, JSON.stringify([...names].sort()), limitMs);
  }

  /** `name: text` of every line now shown. */
  lines(): Promise<string[]> {
    return this.page.evaluate(() => [...document.querySelectorAll('#lines li:not(.note)')].map((line) => `${line.querySelector('b')?.textContent}: ${line.querySelector('p')?.textContent}`));
  }

  /** Waits until `condition` holds in the page; the error says `what` was awaited and what the page showed instead. */
  async until<A>(what: string, condition: (arg: A) => unknown, arg: A, limitMs = STEP_LIMIT_MS): Promise<void> {
    try {
      await this.page.waitForFunction(condition as never, arg, { timeout: limitMs, polling: 50 });
    } catch (cause) {
      const shown = await this.page.evaluate(() => document.body.innerText).catch(String);
      throw new Error(`awaited in the page, ${limitMs} ms long: ${what}. It showed:\n${shown}`, { cause });
    }
  }
}
