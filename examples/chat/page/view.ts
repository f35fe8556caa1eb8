// View. Owns: the document. It writes text only (`textContent`): nothing that anybody says or is called becomes HTML.
import type { ClientState } from 'troupe/client';
import type { Welcome } from '../actors/chatter.js';
import { LIMITS, ROOMS, type Line, type Member, type RoomName } from '../shared.js';
import { colorOf } from './identity.js';

/** What the person at the page does. Each resolves when it is done. */
export interface Actions {
  onSay(text: string): Promise<void>;
  onRename(name: string): Promise<void>;
  onGo(room: RoomName): Promise<void>;
}

const MESSAGES: Readonly<Record<ClientState, string>> = {
  connecting: 'connecting…', connected: '', reconnecting: 'reconnecting… what you write is sent afterwards', closed: 'disconnected; reload the page to come back',
};
const ANEW = 'The server has started anew: it has forgotten who was here and what was said. You are back in under your name.';
const SHOWN = 500;
const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export class View {
  private readonly lines = element<HTMLOListElement>('lines');
  private readonly text = element<HTMLInputElement>('text');
  private readonly name = element<HTMLInputElement>('name');
  private me: Member | undefined;
  private hasBegunAnew = false;
  private room: RoomName | undefined;
  private lastNumber = 0;
  private members: readonly Member[] = [];
  /** Whoever reads the end is kept there, also when a keyboard or a message takes room away. */
  private isAtEnd = true;

  constructor(private readonly actions: Actions) {
    this.text.maxLength = LIMITS.text;
    this.name.maxLength = LIMITS.name;
    element('say').addEventListener('submit', (event) => this.onSubmit(event));
    this.name.addEventListener('change', () => this.attempt(actions.onRename(this.name.value), () => (this.name.value = this.me?.name ?? '')));
    this.lines.addEventListener('scroll', () => (this.isAtEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 60));
    new ResizeObserver(() => this.followEnd()).observe(this.lines);
    element('rooms').replaceChildren(...ROOMS.map((room) => this.roomButton(room)));
  }

  /** Who this page is, under the latest name. */
  get self(): Member | undefined {
    return this.me;
  }

  /** From here on it stands above the lines that all before them is forgotten. */
  beginAnew(): void {
    this.hasBegunAnew = true;
  }

  showState(state: ClientState): void {
    element('status').textContent = MESSAGES[state];
    element('status').hidden = state === 'connected';
  }

  showProblem(error: Error): void {
    element('problem').textContent = error.message;
    element('problem').hidden = false;
  }

  /** Everything anew. */
  show({ me, room, lines, members }: Welcome): void {
    if (this.me?.name !== me.name) this.name.value = me.name;
    if (this.room !== room || this.me?.id !== me.id) this.members = members;
    this.me = me;
    this.room = room;
    for (const button of element('rooms').children) button.setAttribute('aria-current', String(button.textContent === `# ${room}`));
    this.lastNumber = 0;
    this.lines.replaceChildren();
    if (this.hasBegunAnew) this.append(make('li', 'note', ANEW));
    for (const line of lines) this.addLine(line);
    this.showMembers(members);
    this.text.disabled = false;
  }

  /** Once: a line that is there already is known by its number. */
  addLine(line: Line): void {
    if (line.number <= this.lastNumber) return;
    this.lastNumber = line.number;
    const { by, at, text } = line;
    const author = make('b', '', by.name);
    author.style.color = colorOf(by.id);
    const item = make('li', by.id === this.me?.id ? 'own' : '', '');
    item.append(author, make('time', '', TIME.format(at)), make('p', '', text));
    this.append(item);
  }

  /** Who came and went is told beside: it is seen by comparing. */
  showMembers(members: readonly Member[]): void {
    for (const { id, name } of members) if (!named(this.members, id)) this.append(make('li', 'note', `${name} came in`));
    for (const { id, name } of this.members) {
      const now = named(members, id);
      if (now !== name) this.append(make('li', 'note', now ? `${name} is ${now} now` : `${name} left`));
    }
    this.members = members;
    element('count').textContent = `${members.length} here`;
    element('members').replaceChildren(...members.map(({ id, name }) => {
      const item = make('li', id === this.me?.id ? 'own' : '', name);
      item.style.setProperty('--color', colorOf(id));
      return item;
    }));
    const own = this.me && named(members, this.me.id);
    if (own === undefined || own === this.me?.name) return;
    this.me = { ...this.me!, name: own };
    this.name.value = own;
  }

  private onSubmit(event: Event): void {
    event.preventDefault();
    const { value } = this.text;
    if (value.trim() === '') return;
    this.text.value = '';
    this.attempt(this.actions.onSay(value), () => this.handBack(value));
  }

  private roomButton(room: RoomName): HTMLButtonElement {
    const button = make('button', '', `# ${room}`);
    button.addEventListener('click', () => this.attempt(this.actions.onGo(room)));
    return button;
  }

  /** What went wrong is shown until something goes well. */
  private attempt(action: Promise<void>, undo?: () => void): void {
    action.then(() => (element('problem').hidden = true), (error: Error) => {
      this.showProblem(error);
      undo?.();
    });
  }

  /** What could not be said can be said again; what is being typed stays. */
  private handBack(value: string): void {
    this.text.value = this.text.value === '' ? value : `${this.text.value} ${value}`;
  }

  private append(item: HTMLLIElement): void {
    this.lines.append(item);
    if (this.lines.childElementCount > SHOWN) this.lines.firstElementChild?.remove();
    this.followEnd();
  }

  private followEnd(): void {
    if (this.isAtEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }
}

function named(members: readonly Member[], id: string): string | undefined {
  return members.find((member) => member.id === id)?.name;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}
