/** When what runs now has run, and what it made ready to run without waiting for anything outside. */
export function afterMicrotasks(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback));
}
