// What a connection to the bus tells.

export interface LinkListener {
  /** From now on everything is heard. */
  connected(): void;
  disconnected(): void;
  /** All buckets that can be read were read. */
  wasRead(): void;
  message(subject: string, body: Uint8Array): void;
  bucketBegins(bucket: string): void;
  bucketKnown(bucket: string): void;
  bucketInterrupted(bucket: string): void;
  /** No body: the key was deleted. */
  written(bucket: string, key: string, body: Uint8Array | undefined, at: number): void;
}
