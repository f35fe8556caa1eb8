/** Where else in the cluster clients can go. */
export interface GatewayAddresses {
  /** The addresses of all gateways that are known to be there, as clients reach them. */
  list(): readonly string[];
  /** Where pages may have come from that connect here: those gateways, and such as were there. A page outlives its gateway. */
  origins(): readonly string[];
  onChange(listener: () => void): void;
}
