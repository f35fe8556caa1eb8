/** Where else in the cluster clients can go. */
export interface GatewayAddresses {
  /** The addresses of all gateways that are known to be there, as clients reach them. */
  list(): readonly string[];
  onChange(listener: () => void): void;
}
