/** Where an anonymous client keeps the token that proves its id at the next connection. */
export interface ResumeStore {
  load(): string | undefined;
  save(token: string): void;
}

/** Survives lost connections, not the process. `keeps` false: every connection is a new client. */
export function memoryStore(keeps: boolean): ResumeStore {
  let kept: string | undefined;
  return {
    load: () => kept,
    save: (token) => {
      if (keeps) kept = token;
    },
  };
}

/** This tab's session storage: survives reloads, and another tab is another client. `undefined` where there is none. */
export function tabStore(address: string): ResumeStore | undefined {
  try {
    const { sessionStorage } = globalThis as { sessionStorage?: Storage };
    if (!sessionStorage) return undefined;
    const name = `troupe-resume ${address}`;
    return {
      load: () => sessionStorage.getItem(name) ?? undefined,
      save: (token) => sessionStorage.setItem(name, token),
    };
  } catch {
    // Storage is forbidden in this page: the client starts anew at a reload.
    return undefined;
  }
}
