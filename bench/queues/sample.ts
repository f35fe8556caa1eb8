import { pack } from 'msgpackr';

/** Bytes as a batch of deliveries has them: ids, numbers and short texts, encoded. */
export function encode(deliveries: number, bytesPerDelivery: number): Uint8Array {
  const of = (at: number) => ['orders.k3j2h1g0', at * 7919, 'player', `p${at}`, 'Damaged', { amount: at % 97, from: `p${at + 1}`, note: 'x'.repeat(Math.max(0, bytesPerDelivery - 80)) }];
  return pack(Array.from({ length: deliveries }, (_, at) => of(at)));
}
