/**
 * First byte of a message. `call ask`: id, then what is asked. `value failed moved`: the id that they answer, then the answer. `cancel`: the id
 * of a call that nobody waits for. `retire`: the sender begins nothing on this connection any more and waits for nothing there.
 */
export const MessageKind = { call: 1, oneWay: 2, ask: 3, value: 4, failed: 5, moved: 6, cancel: 7, retire: 8 } as const;
