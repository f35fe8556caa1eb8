// LiveEvents. Owns: who listens live to one activation's entities, and the sequence of each event class there.
//   V1. The number rises by one per event of a class at an entity, whether anybody listens or not; each activation begins another sequence.
//       The epoch of a registration alone does not tell them apart: that of an actor which never saved anything begins anew with its row.
//   V2. An event is encoded when it is emitted and leaves after the commit of its unit (P6).
import { randomInt } from 'node:crypto';
import type { LiveEvent, LiveSubscription } from '../gateway/gateway-backend.js';
import type { Activation } from './activation.js';

const SEQUENCES_PER_EPOCH = 2 ** 20;

interface Listener {
  readonly onEvent: (event: LiveEvent) => void;
  readonly onEnd: () => void;
}

interface Channel {
  number: number;
  listeners: Set<Listener> | undefined;
}

/** A live event before its number is given. */
export type UnnumberedEvent = Omit<LiveEvent, 'epoch' | 'number'>;

export class LiveEvents {
  private readonly channels = new Map<string, Channel>();
  private emissions = 0;
  private readonly sequence: number;

  constructor(private readonly activation: Activation) {
    this.sequence = activation.epoch * SEQUENCES_PER_EPOCH + randomInt(SEQUENCES_PER_EPOCH);
  }

  /** Rises with every event that the actor or a component emits during this activation. */
  nextEmission(): number {
    return ++this.emissions;
  }

  /** True when encoding an event of this class from this entity is of use to anybody. */
  hasListeners(component: string | undefined, eventName: string): boolean {
    const at = (key: string): boolean => Boolean(this.channels.get(key)?.listeners?.size);
    return at(channelKey(undefined, eventName)) || (component !== undefined && at(channelKey(component, eventName)));
  }

  /** An event of a component is also its actor's. `event` is `undefined` when nobody listened at emission: only the numbers rise. */
  publish(component: string | undefined, eventName: string, event: UnnumberedEvent | undefined): void {
    this.deliver(channelKey(undefined, eventName), event);
    if (component !== undefined) this.deliver(channelKey(component, eventName), event);
  }

  subscribe(component: string | undefined, eventName: string, onEvent: (event: LiveEvent) => void, onEnd: () => void): LiveSubscription {
    const channel = this.channel(channelKey(component, eventName));
    const listener = { onEvent, onEnd };
    (channel.listeners ??= new Set()).add(listener);
    this.activation.pins++;
    return {
      epoch: this.sequence,
      get number() {
        return channel.number;
      },
      stop: () => {
        if (channel.listeners?.delete(listener)) this.activation.pins--;
      },
    };
  }

  /** The activation is over: its listeners look for the next one. */
  end(): void {
    for (const channel of this.channels.values()) {
      const listeners = channel.listeners;
      channel.listeners = undefined;
      for (const { onEnd } of listeners ?? []) onEnd();
    }
  }

  private deliver(key: string, event: UnnumberedEvent | undefined): void {
    const channel = this.channel(key);
    channel.number++;
    if (!event || !channel.listeners?.size) return;
    const numbered: LiveEvent = { ...event, epoch: this.sequence, number: channel.number };
    for (const { onEvent } of channel.listeners) onEvent(numbered);
  }

  private channel(key: string): Channel {
    let channel = this.channels.get(key);
    if (!channel) this.channels.set(key, (channel = { number: 0, listeners: undefined }));
    return channel;
  }
}

function channelKey(component: string | undefined, eventName: string): string {
  return component === undefined ? eventName : `${component}\0${eventName}`;
}
