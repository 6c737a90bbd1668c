const loop = (body: string, before = ''): string => `${before}{{ range 200000 }}${body}{{ end }}`;
const text = (part: string, count = 1_000_000): string =>
  `{{ $s := repeat ${count} ${JSON.stringify(part)} }}`;
const list = (count: number): string => `{{ $l := until ${count} }}`;
const dictionary = '{{ $d := dict }}{{ range $i := until 10000 }}{{ $_ := set $d (toString $i) 1 }}{{ end }}';
const doubled = (expression: string): string => `{{ range 40 }}{{ $l = ${expression} }}{{ end }}`;
const certificate = '{{ $c := genSelfSignedCertWithKey "a" nil nil 365 (genPrivateKey "ecdsa") }}';

const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('');

const called: readonly (readonly [name: string, expression: string, before?: string])[] = [
  ['wide numbers', 'printf "%1000000d" 1'],
  ['precise numbers', 'printf "%.1000000f" 1.5'],
  ['many wide numbers', `printf "${'%1000000d'.repeat(200)}" ${'1 '.repeat(200)}`],
  ['many precise numbers', `printf "${'%.1000000f'.repeat(200)}" ${'1.5 '.repeat(200)}`],
  ['quoting', 'printf "%q" $s', text('\u00e9')],
  ['hexadecimal', 'printf "% x" $s', text('a')],
  ['lists', 'print $l', list(5000)],
  ['html', 'html $s', text('<')],
  ['js', 'js $s', text('<')],
  ['urlquery', 'urlquery $s', text('<')],
  ['long strings', 'eq $s (print "b" $s) (print "a" $s)', text('a')],
  ['long strings in order', 'lt $s (print $s "a")', text('a')],
  ['strings put together', 'print $s $s $s $s', text('a')],
  ['numbers in strings', 'float64 $s', text('1')],
  ['no number in a string', 'float64 (print $s "x")', text('1')],
  ['paths', 'base (print $s "a")', text('/')],
  ['cleaned paths', 'clean $s', text('../a/', 100_000)],
  [
    'spaces in PEM',
    'filterPEM "A" $s',
    '{{ $s := print "-----BEGIN A-----\\n" (repeat 300000 " ") "x\\n-----END A-----\\n" }}',
  ],
  ['ends of PEM', 'filterPEM "A" $s', text('\n-----END A-----', 50_000)],
  ['blocks of PEM', 'filterPEM "A" $s', text('-----BEGIN A-----\nQUJD\n-----END A-----\n', 20_000)],
  ['certificates', 'filterCertChain "leaf" (repeat 300 $c.Cert)', certificate],
  ['names of certificates', 'certSANs $c.Cert', certificate],
  ['signatures', 'genSignedCertWithKey "a" nil nil 365 (genCA "a" 365) $c.Key', certificate],
  ['trust stores', 'pemTruststoreToPKCS12 (repeat 300 $c.Cert)', certificate],
  ['key stores', 'pemToPkcs12 $c.Cert $c.Key', certificate],
  ['keys of RSA', 'genPrivateKey "rsa"'],
  ['keys of DSA', 'genPrivateKey "dsa"'],
  ['elliptic keys', 'genPrivateKey "ecdsa"'],
  ['bcrypt', 'bcrypt "a"'],
  ['htpasswd', 'htpasswd "a" "b" "bcrypt"'],
  ['derived passwords', 'derivePassword 1 "long" "a" "b" "c"'],
  ['random characters', 'randAlphaNum 100000'],
  ['shuffled characters', 'shuffle $s', text('ab', 100_000)],
  ['matches that read on', 'regexReplaceAll "a*b|a" $s "x"', text('a', 20_000)],
  ['large expressions', String.raw`regexMatch "\\pL{1,300}\\pN{1,300}" ""`],
  ['expressions in expressions', 'regexMatch "(((a{1,10}){1,10}){1,10})" "aaaaaaa"'],
  ['deep expressions', 'regexMatch $s ""', text('(', 100_000)],
  ['long expressions', 'regexMatch $s ""', text('a|', 50_000)],
  ['long replacements', 'regexReplaceAll "a" "a" $s', text('$a', 100_000)],
  [
    'a long name of a group',
    'regexReplaceAll "a" "a" $s',
    String.raw`{{ $s := print "$" (repeat 200000 "\xff") }}`,
  ],
  ['JSON that is read', 'fromJson $s', '{{ $s := print "[" (repeat 10000 "{},") "1]" }}'],
  ['JSON in JSON', 'fromJson $s', '{{ $s := print (repeat 990 "[") (repeat 990 "]") }}'],
  ['YAML that is read', 'fromYaml $s', text('a: b\n', 10_000)],
  ['deep YAML', 'fromYaml $s', text('- ', 100_000)],
  ['anchors in YAML', 'fromYaml $s', '{{ $s := print "a:\\n" (repeat 20000 "- &a a\\n- *a\\n") }}'],
  [
    'anchors of anchors in YAML',
    'fromYaml $s',
    `{{ $s := \`${times(9, (index) => `a${index}: &a${index} [${`*a${index - 1}`.replace('*a-1', 'x')}${`, *a${index - 1}`.replace('*a-1', 'x').repeat(8)}]\n`)}\` }}`,
  ],
  ['errors in YAML', 'fromYaml $s', text('a: b: c\n', 50_000)],
  ['YAML that is written', 'toYaml $s', text('a\n', 100_000)],
  ['spaces in YAML', 'toYaml (print $s "x")', text(' ', 200_000)],
  ['JSON that is written', 'toJson $s', text('<', 100_000)],
  ['ranges over keys', 'keys $d', dictionary],
  ['merging', 'merge (dict) $d', dictionary],
  ['copies', 'deepCopy $d', dictionary],
  ['numbers', 'until 100000'],
  ['single characters', 'splitList "" $s', text('a')],
  ['lists without doubles', 'uniq $l', list(3000)],
  ['versions', 'semverCompare $s "1.2.3"', text('>=1.0.0 || ', 1000)],
  ['dates', 'date $s now', text('2006-01-02', 10_000)],
  ['URLs', 'urlParse $s', '{{ $s := print "http://a/" (repeat 100000 "%20") }}'],
  ['wrapped lines', 'wrap 1000 $s', text(' ')],
];

/** Templates that take as much time, memory or depth as a template can: their names, and their texts. */
export const bombs: readonly (readonly [name: string, text: string])[] = [
  ...called.map(
    ([name, expression, before]) =>
      [`${name}, again and again`, loop(`{{ $x := ${expression} }}`, before)] as const,
  ),
  ['steps', '{{ range 1000000 }}{{ end }}'],
  ['output', '{{ range 1000000 }}a{{ end }}'],
  ['ranges that break', loop('{{ range $d }}{{ break }}{{ end }}', dictionary)],
  ['a string that doubles', `{{ $l := "aaaaaaaaaaaaaaaa" }}${doubled('print $l $l')}`],
  ['a joined string that doubles', `{{ $l := "aaaaaaaaaaaaaaaa" }}${doubled('cat $l $l')}`],
  ['a list that doubles', `{{ $l := list 1 }}${doubled('concat $l $l')}`],
  ...['$l', '$x := print $l', '$x := toJson $l', '$x := toYaml $l', '$x := deepCopy $l'].map(
    (action) =>
      [
        `a tree of shared parts and ${action}`,
        `{{ $l := dict "a" 1 }}${doubled('dict "a" $l "b" $l')}{{ ${action} }}`,
      ] as const,
  ),
  ...['$d', 'toJson $d', 'toYaml $d', '$x := merge $d (deepCopy $d)', 'deepEqual $d (dict "d" $d)'].map(
    (action) =>
      [
        `what holds itself and ${action}`,
        `{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ ${action} }}`,
      ] as const,
  ),
  [
    'what is kept',
    '{{ $d := dict }}{{ range $i := until 3000 }}{{ $_ := set $d (toString $i) (html (printf "%100000d" $i)) }}{{ end }}',
  ],
  ['a template that calls itself', '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}'],
  [
    'templates that call the next one twice',
    `${times(40, (index) => `{{ define "${index}" }}${`{{ template "${index + 1}" }}`.repeat(2)}{{ end }}`)}{{ define "40" }}{{ end }}{{ template "0" }}`,
  ],
  ['arguments', `{{ $x := list ${'1 '.repeat(100_000)} }}`],
  ['a long pipe', `{{ $x := 1${' | print'.repeat(50_000)} }}`],
  ['lines before an error', `${'\n'.repeat(500_000)}{{ fail "x" }}`],
];
