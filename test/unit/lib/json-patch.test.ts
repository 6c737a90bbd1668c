import { describe, expect, test } from '@jest/globals';
import fastJsonPatch from 'fast-json-patch';
import { createPatch, pointer } from '../../../lib/json-patch.ts';

/** What another implementation makes of a patch; it checks each operation. */
const patched = (before: unknown, patch: readonly unknown[]): unknown =>
  fastJsonPatch.applyPatch(structuredClone(before), patch as fastJsonPatch.Operation[], true).newDocument;

describe('pointer', () => {
  test.each([
    ['a', '/a'],
    [0, '/0'],
    ['', '/'],
    ['a/b', '/a~1b'],
    ['a~b', '/a~0b'],
    ['~1', '/~01'],
    ['~0/', '/~00~1'],
    ['keyferry.dev/status', '/keyferry.dev~1status'],
  ])('%j', (name, wanted) => {
    expect(pointer('', name)).toBe(wanted);
  });
});

interface Row {
  readonly what: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly patch: readonly unknown[];
}

const a = { name: 'a' };
const b = { name: 'b' };
const c = { name: 'c' };

const rows: readonly Row[] = [
  { what: 'nothing', before: { x: [1] }, after: { x: [1] }, patch: [] },
  { what: 'another order of keys', before: { x: 1, y: 2 }, after: { y: 2, x: 1 }, patch: [] },
  { what: 'the whole document', before: [], after: {}, patch: [{ op: 'replace', path: '', value: {} }] },
  {
    what: 'a field more',
    before: {},
    after: { x: { y: 1 } },
    patch: [{ op: 'add', path: '/x', value: { y: 1 } }],
  },
  { what: 'a field less', before: { x: 1 }, after: {}, patch: [{ op: 'remove', path: '/x' }] },
  {
    what: 'an undefined field',
    before: { x: 1 },
    after: { x: undefined },
    patch: [{ op: 'remove', path: '/x' }],
  },
  {
    what: 'a null field',
    before: { x: 1 },
    after: { x: null },
    patch: [{ op: 'replace', path: '/x', value: null }],
  },
  {
    what: 'null to a list',
    before: { x: null },
    after: { x: [a] },
    patch: [{ op: 'replace', path: '/x', value: [a] }],
  },
  {
    what: 'a deep field',
    before: { x: { y: 1 } },
    after: { x: { y: 2 } },
    patch: [{ op: 'replace', path: '/x/y', value: 2 }],
  },
  {
    what: 'fields in the order of their names',
    before: {},
    after: { b: 1, a: 1 },
    patch: [
      { op: 'add', path: '/a', value: 1 },
      { op: 'add', path: '/b', value: 1 },
    ],
  },
  {
    what: 'a list without names',
    before: [1, 2],
    after: [1, 3],
    patch: [{ op: 'replace', path: '', value: [1, 3] }],
  },
  {
    what: 'names twice',
    before: [a, a],
    after: [a, a, b],
    patch: [{ op: 'replace', path: '', value: [a, a, b] }],
  },
  { what: 'an item at the end', before: [a], after: [a, b], patch: [{ op: 'add', path: '/1', value: b }] },
  { what: 'an item in front', before: [b], after: [a, b], patch: [{ op: 'add', path: '/0', value: a }] },
  {
    what: 'items in front of and behind one that changes',
    before: [b],
    after: [a, { name: 'b', x: 1 }, c],
    patch: [
      { op: 'add', path: '/0', value: a },
      { op: 'add', path: '/1/x', value: 1 },
      { op: 'add', path: '/2', value: c },
    ],
  },
  {
    what: 'items that leave, from the back',
    before: [a, b, c],
    after: [b],
    patch: [
      { op: 'remove', path: '/2' },
      { op: 'remove', path: '/0' },
    ],
  },
  {
    what: 'an item that moves',
    before: [a, b, c],
    after: [b, c, a],
    patch: [
      { op: 'move', from: '/1', path: '/0' },
      { op: 'move', from: '/2', path: '/1' },
    ],
  },
  {
    what: 'an item that moves and changes, without repeating what is in it',
    before: [a, { name: 'b', secret: 's' }],
    after: [{ name: 'b', secret: 's', x: 1 }, a],
    patch: [
      { op: 'move', from: '/1', path: '/0' },
      { op: 'add', path: '/0/x', value: 1 },
    ],
  },
  {
    what: 'a list that was empty',
    before: { x: [] },
    after: { x: [a] },
    patch: [{ op: 'add', path: '/x/0', value: a }],
  },
  {
    what: 'an object that becomes a list',
    before: { x: {} },
    after: { x: [] },
    patch: [{ op: 'replace', path: '/x', value: [] }],
  },
  {
    what: 'names of every object',
    before: {},
    after: { constructor: 1, toString: 2 },
    patch: [
      { op: 'add', path: '/constructor', value: 1 },
      { op: 'add', path: '/toString', value: 2 },
    ],
  },
];

describe('createPatch', () => {
  test.each(rows)('$what', ({ before, after, patch }) => {
    expect(createPatch(before, after)).toEqual(patch);
    expect(patched(before, patch)).toEqual(JSON.parse(JSON.stringify(after)));
  });
});
