import type { ConnectOptions } from 'troupe/client';

/** Keeps who you are for all tabs of this browser. `?as=bob` in the address is somebody else: for trying it out alone. */
export function identityStore(): Exclude<ConnectOptions['resume'], false | undefined> {
  const name = `chat identity ${new URLSearchParams(location.search).get('as') ?? ''}`;
  return {
    load: () => localStorage.getItem(name) ?? undefined,
    save: (token) => localStorage.setItem(name, token),
  };
}

/** A colour of one's own, from the id: names can be copied, this cannot. */
export function colorOf(id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) | 0;
  return `oklch(0.78 0.13 ${Math.abs(hash) % 360})`;
}
