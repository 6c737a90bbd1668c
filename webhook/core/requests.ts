import type { Ref } from '../../lib/ref.ts';

/** A mode that an annotation gives, and that annotation. */
export interface RequestedMode {
  readonly value: string;
  readonly place: string;
}

/** What every file that annotations ask for has. */
interface FileRequest {
  readonly name: string;
  /** The annotation that declares it, for messages. */
  readonly place: string;
  readonly path: string;
  readonly intervalSeconds: number;
  /** The user's own mode and the annotation that set it; undefined: by the rule of owners. */
  readonly mode?: RequestedMode;
}

/** One `secret.<name>` or `extract.<name>` with the settings that belong to it. */
export interface SecretRequest extends FileRequest {
  readonly kind: 'value' | 'extract';
  readonly ref: Ref;
}

/** A ref in a template, as it is written there, and read. */
export interface TemplateRef {
  readonly text: string;
  readonly ref: Ref;
}

/** One `template.<name>` with the settings that belong to it. */
export interface TemplateRequest extends FileRequest {
  readonly template: string;
  /** Each once, in the order of their texts. */
  readonly refs: readonly TemplateRef[];
}

/** A file, or a folder that is filled with files, and what asks for it. */
export interface Placed {
  /** For messages: an annotation, an ExternalSecret. */
  readonly place: string;
  readonly path: string;
  /** What to change for another path, for messages. */
  readonly setting: string;
}
