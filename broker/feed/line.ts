import type { FeedEvent } from '../../lib/broker/protocol.ts';
import type { EncodedSecret } from '../encoded.ts';

/** A line of the feed. */
export const lineOf = (event: Exclude<FeedEvent, { event: 'secret' }>): string =>
  `${JSON.stringify(event)}\n`;

/** The line of a document, around what is the same for everybody who is told of it. */
export const secretLine = (index: number, { json }: EncodedSecret): string =>
  `{"event":"secret","index":${index},"secret":${json.reveal()}}\n`;
