const DEEPEST_CAUSE = 4;

/** Nobody listens there: the process is gone, or not what it was. */
export function isConnectionRefused(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < DEEPEST_CAUSE; each = each.cause, depth++) {
    if ((each as { readonly code?: string }).code === 'ECONNREFUSED') return true;
  }
  return false;
}
