// class-transformer 0.5.1 types this module under another path than the one it can be loaded from.
declare module '#class-transformer-storage' {
  import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
  export const defaultMetadataStorage: MetadataStorage;
}
