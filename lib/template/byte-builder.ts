import type { ByteString } from './value.ts';

const flushedAt = 8192;

/** Puts a string together of many small parts. A string that grows by itself holds each of its parts, at many times its size. */
export class ByteBuilder {
  private readonly chunks: Buffer[] = [];
  private pending = '';

  add(part: ByteString): void {
    this.pending += part;
    if (this.pending.length >= flushedAt) this.flush();
  }

  text(): ByteString {
    if (this.chunks.length === 0) return this.pending;
    this.flush();
    return Buffer.concat(this.chunks).toString('latin1');
  }

  private flush(): void {
    this.chunks.push(Buffer.from(this.pending, 'latin1'));
    this.pending = '';
  }
}
