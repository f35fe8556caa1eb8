/** Who an outside client is, as the gateway's `authenticate` said. Methods read it as `ctx.call.identity`. */
export interface Identity {
  readonly id: string;
  readonly roles?: readonly string[] | undefined;
  readonly [field: string]: unknown;
}
