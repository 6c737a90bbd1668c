import { loadFunctions, functionNames } from '../../../lib/template/functions/table.ts';
import { execute, parseTemplate } from '../../../lib/template/template.ts';
import { toByteString } from '../../../lib/template/utf8.ts';
import { mapValue, stringValue, type MapValue } from '../../../lib/template/value.ts';
import type { Measurement } from '../core/figures.ts';

/** An app's configuration as people write it: two dozen actions, pipelines, a loop and a condition. */
const source = `database:
  url: "postgresql://{{ .db_user }}:{{ .db_password | urlquery }}@{{ .db_host }}:{{ .db_port }}/{{ .db_name }}"
  pool: {{ mul 2 (int .pool_size) }}
  ssl: {{ ternary "require" "disable" (eq .tls "true") }}
cache:
  url: "redis://{{ .cache_user }}:{{ .cache_password }}@{{ .cache_host }}:6379/0"
providers:
{{- range $name := list "mail" "cards" "maps" "search" }}
  {{ $name }}:
    key: {{ index $ (printf "%s_key" $name) | quote }}
    {{- if eq $name "cards" }}
    hook: {{ index $ (printf "%s_hook" $name) | quote }}
    {{- end }}
{{- end }}
encryption:
  key: "{{ .encryption_key | b64enc }}"
  id: {{ .encryption_key | sha256sum | trunc 12 }}
session:
  secret: {{ .session_secret | quote }}
  hosts: {{ splitList "," .hosts | join " " | upper }}
`;

const names = [
  ...['db_user', 'db_password', 'db_host', 'db_name', 'cache_user', 'cache_password', 'cache_host'],
  ...['mail_key', 'cards_key', 'cards_hook', 'maps_key', 'search_key', 'encryption_key', 'session_secret'],
];

const data = (round: number): MapValue =>
  mapValue(
    [
      ...names.map((name) => [name, stringValue(toByteString(`${name} of round ${round}`))] as const),
      ['db_port', stringValue('5432')] as const,
      ['pool_size', stringValue('10')] as const,
      ['tls', stringValue('true')] as const,
      ['hosts', stringValue('a.example,b.example,c.example')] as const,
    ],
    'string',
  );

const surroundings = { now: () => 0, randomBytes: (size: number): Buffer => Buffer.alloc(size) };

const rounds = 5;
const roundMilliseconds = 400;

/** Renders one template again and again, with other data each time; the fastest round counts, since noise makes rounds slower only. */
export const measureTemplates = async (): Promise<readonly Measurement[]> => {
  const functions = await loadFunctions(functionNames);
  const template = parseTemplate('config.yaml', source, functions);
  if (!template.ok) throw new Error(template.error);
  const renderOnce = (round: number): number => {
    const rendered = execute(template.value, data(round), { functions, ...surroundings });
    if (!rendered.ok) throw new Error(rendered.error);
    return rendered.value.length;
  };
  const rates = Array.from({ length: rounds }, () => {
    const began = performance.now();
    let renders = 0;
    while (performance.now() - began < roundMilliseconds) renders += Math.sign(renderOnce(renders));
    return (renders * 1000) / (performance.now() - began);
  });
  const value = Math.max(...rates);
  const note = `a file of ${renderOnce(0)} bytes out of ${source.length}, parsed once; ${(1e6 / value).toFixed(0)} µs each`;
  return [{ name: 'template-rendering', value, note }];
};
