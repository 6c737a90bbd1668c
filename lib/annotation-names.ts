import { annotationPrefix } from './names.ts';

/** The annotations of the pod template, without their prefix; docs/annotations.md describes each. */
export const settingNames = [
  'inject',
  'store',
  'external-secrets',
  'file-mode',
  'mount-path',
  'containers',
  'refresh-interval',
  'lifecycle',
  'start-timeout',
  'after',
  'agent-requests-cpu',
  'agent-requests-memory',
  'agent-limits-cpu',
  'agent-limits-memory',
  'agent-port',
  'force-sync',
  'status',
] as const;

/** Annotations for one file each: `secret.<name>` and its like. */
export const namedSettings = [
  'secret',
  'extract',
  'template',
  'path',
  'file-mode',
  'refresh-interval',
] as const;

/** Annotations of the contract that this version refuses. */
export const unsupportedSettings = ['on-change'] as const;

export type SettingName = (typeof settingNames)[number];
export type NamedSetting = (typeof namedSettings)[number];

/** The full name of an annotation. */
export const annotation = (name: string): string => `${annotationPrefix}${name}`;
