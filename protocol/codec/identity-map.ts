// IdentityMap: objects already met in one walk and what became of them. Most walks meet a handful, so it is a list that is searched from
// the end of its life as a list to a Map at `LIST_LIMIT`: a scan of a short list costs less than allocating a Map.
const LIST_LIMIT = 16;

/** From an object to a value, by identity. Holds its keys strongly until `clear`, so a key's identity cannot be reused meanwhile. */
export class IdentityMap<V> {
  private readonly keys: (object | undefined)[] = [];
  private readonly values: (V | undefined)[] = [];
  private map: Map<object, V> | undefined;
  private count = 0;

  /** How many objects were added. */
  get size(): number {
    return this.count;
  }

  /** What was added for `key`, or `undefined`. */
  get(key: object): V | undefined {
    if (this.map !== undefined) return this.map.get(key);
    for (let i = 0; i < this.count; i++) {
      if (this.keys[i] === key) return this.values[i];
    }
    return undefined;
  }

  /** The caller has checked that `key` is not in yet. */
  add(key: object, value: V): void {
    if (this.map === undefined) {
      if (this.count < LIST_LIMIT) {
        this.keys[this.count] = key;
        this.values[this.count] = value;
      } else {
        this.map = new Map();
        for (let i = 0; i < LIST_LIMIT; i++) this.map.set(this.keys[i] as object, this.values[i] as V);
      }
    }
    this.map?.set(key, value);
    this.count++;
  }

  /** Empty again. The list keeps its room, so that one map can serve many walks. */
  clear(): void {
    const used = Math.min(this.count, LIST_LIMIT);
    for (let i = 0; i < used; i++) {
      this.keys[i] = undefined;
      this.values[i] = undefined;
    }
    this.map = undefined;
    this.count = 0;
  }
}
