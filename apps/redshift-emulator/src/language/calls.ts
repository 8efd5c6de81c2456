import { notSupportedByEmulator, refusedByRedshift, RedshiftError } from '../errors.js';
import {
  rewriteAverage,
  rewriteListagg,
  rewritePercentile,
  rewriteRank,
  rewriteRatio,
  rewriteSum,
} from './aggregate-calls.js';
import { splitAtCommas } from './cursor.js';
import { datePart, DATE_PART_FUNCTIONS } from './date-parts.js';
import { quoteLiteral, render, type Token } from './lexer.js';
import { after, BLANK, endOfGroup, isSymbol, isWord, raw, topLevel } from './token-walk.js';

/** What stands in the place of some tokens, and where reading goes on. */
export interface Step {
  readonly tokens: readonly Token[];
  readonly next: number;
}

/** A call: its name's position, and its parenthesis's. */
export interface Call {
  readonly tokens: readonly Token[];
  readonly index: number;
  readonly open: number;
}

type Rewrite = (tokens: readonly Token[]) => Token[];

/** A call with its arguments, `expression` writing them in PostgreSQL's words. */
export interface OpenCall extends Call {
  readonly args: readonly Token[][];
  /** Behind the closing parenthesis. */
  readonly end: number;
  readonly rewrite: Rewrite;
  readonly expression: (tokens: readonly Token[] | undefined) => string;
}

/** Functions that only need another name; those of schema redshift_emulator give the column its name, too. */
const RENAMED: Readonly<Record<string, string>> = {
  nvl: 'coalesce',
  version: 'redshift_emulator.version',
  replicate: 'repeat',
  len: 'redshift_emulator.len',
  textlen: 'redshift_emulator.textlen',
  varbyte: 'redshift_emulator.varbyte',
  median: 'redshift_emulator.median',
  json_serialize: 'redshift_emulator.json_serialize',
  regexp_substr: 'redshift_emulator.regexp_substr',
  regexp_count: 'redshift_emulator.regexp_count',
  regexp_instr: 'redshift_emulator.regexp_instr',
  regexp_replace: 'redshift_emulator.regexp_replace',
};

/** Aggregates that need a frame when their window is ordered. */
const FRAMED = new Set(
  'avg sum count min max stddev stddev_samp stddev_pop variance var_samp var_pop first_value last_value nth_value'.split(
    ' ',
  ),
);

/** Functions whose result is DOUBLE PRECISION whatever the argument, by the names PostgreSQL has for them. */
const FLOATING = new Map(
  Object.entries({
    sqrt: 'sqrt',
    power: 'power',
    pow: 'power',
    exp: 'exp',
    dexp: 'exp',
    ln: 'ln',
    dlog1: 'ln',
    log: 'log',
    dlog10: 'log',
  }),
);

/** Rewrites a call into PostgreSQL's words; undefined when it needs no change. */
export function rewriteCall(name: string, call: Call, rewrite: Rewrite): Step | undefined {
  if (FRAMED.has(name)) requireFrame(call);
  const renamed = RENAMED[name];
  if (renamed !== undefined) return { tokens: [raw(renamed)], next: call.index + 1 };
  const end = endOfGroup(call.tokens, call.open);
  const open: OpenCall = {
    ...call,
    end,
    args: splitAtCommas(call.tokens.slice(call.open + 1, end - 1)),
    rewrite,
    expression: (tokens) => render(rewrite(tokens ?? [])).trim(),
  };
  if (DATE_PART_FUNCTIONS.has(name)) return rewriteDatePart(name, open);
  return REWRITERS[name]?.(open, name);
}

/** PostgreSQL would take RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW where Redshift wants to be told. */
function requireFrame({ tokens, open }: Call): void {
  const over = after(tokens, endOfGroup(tokens, open) - 1);
  const window = after(tokens, over);
  if (!isWord(tokens[over], 'over') || !isSymbol(tokens[window], '(')) return;
  const inside = tokens.slice(window + 1, endOfGroup(tokens, window) - 1);
  if (topLevel(inside, 'range') >= 0) throw refusedByRedshift('RANGE window frames are not supported');
  if (topLevel(inside, 'order') < 0 || topLevel(inside, 'rows') >= 0) return;
  throw new RedshiftError(
    '42601',
    'Aggregate window functions with an ORDER BY clause require a frame clause',
  );
}

const REWRITERS: Readonly<Record<string, (call: OpenCall, name: string) => Step | undefined>> = {
  convert: rewriteConvert,
  decode: ({ args, expression, end }) => ({ tokens: [raw(decode(args.map(expression)))], next: end }),
  nvl2: ({ args, expression, end }) => {
    const [test = '', present = '', absent = ''] = args.map(expression);
    return {
      tokens: [raw(`(case when (${test}) is not null then ${present} else ${absent} end)`)],
      next: end,
    };
  },
  ...Object.fromEntries([...FLOATING.keys()].map((name) => [name, rewriteFloating])),
  avg: rewriteAverage,
  sum: rewriteSum,
  concat: rewriteConcat,
  collate: rewriteCollate,
  extract: rewriteExtract,
  listagg: rewriteListagg,
  percentile_cont: rewritePercentile,
  rank: rewriteRank,
  dense_rank: rewriteRank,
  ratio_to_report: rewriteRatio,
  pivot: () => {
    throw notSupportedByEmulator('PIVOT');
  },
  unpivot: () => {
    throw notSupportedByEmulator('UNPIVOT');
  },
  json_extract_path_text: rewriteLenientJson,
  json_array_length: rewriteLenientJson,
  json_extract_array_element_text: rewriteLenientJson,
};

/** PostgreSQL computes these for DECIMAL in DECIMAL. */
function rewriteFloating({ args, expression, end }: OpenCall, name: string): Step {
  const values = args.map((argument) => `(${expression(argument)})::float8`);
  return { tokens: [raw(`${FLOATING.get(name) ?? name}(${values.join(', ')})`)], next: end };
}

function rewriteDatePart(name: string, { args, expression, end }: OpenCall): Step | undefined {
  const [first = [], ...rest] = args;
  const words = first.filter(({ kind }) => kind !== 'blank');
  const [part] = words;
  if (words.length !== 1 || part === undefined || !['word', 'quoted', 'string'].includes(part.kind)) {
    return undefined;
  }
  const values = rest.map((argument) => timeLiteral(argument) ?? expression(argument));
  const text = [quoteLiteral(datePart(part.value)), ...values].join(', ');
  return { tokens: [raw(`${DATE_PART_FUNCTIONS.get(name) ?? name}(${text})`)], next: end };
}

/** A bare literal is a TIMESTAMP: PostgreSQL would prefer TIMESTAMPTZ. */
function timeLiteral(argument: readonly Token[]): string | undefined {
  const words = argument.filter(({ kind }) => kind !== 'blank');
  return words.length === 1 && words[0]?.kind === 'string' ? `${words[0].text}::timestamp` : undefined;
}

/** EXTRACT(part FROM e). */
function rewriteExtract({ tokens, open, end, expression }: OpenCall): Step | undefined {
  const inside = tokens.slice(open + 1, end - 1);
  const from = topLevel(inside, 'from');
  const [part] = inside.filter(({ kind }) => kind !== 'blank');
  if (from < 0 || part === undefined) return undefined;
  const literal = quoteLiteral(datePart(part.value));
  return {
    tokens: [raw(`redshift_emulator.date_part(${expression(inside.slice(from + 1))}, ${literal})`)],
    next: end,
  };
}

/** CONVERT(type, expression). */
function rewriteConvert({ args, expression, rewrite, end }: OpenCall): Step {
  const [type = [], value = []] = args;
  const as: Token = { kind: 'word', value: 'as', text: 'as' };
  const cast = rewrite([raw('('), raw('x'), BLANK, as, BLANK, ...type, raw(')')]);
  const target = render(cast.slice(4)).trim().replace(/\)$/, '');
  return { tokens: [raw(`cast(${expression(value)} as ${target})`)], next: end };
}

/** DECODE finds NULL equal to NULL. */
function decode(args: readonly string[]): string {
  const [subject = '', ...rest] = args;
  const branches: string[] = [];
  let at = 0;
  for (; at + 1 < rest.length; at += 2) {
    branches.push(`when (${subject}) is not distinct from ${rest[at]} then ${rest[at + 1]}`);
  }
  const otherwise = at < rest.length ? ` else ${rest[at]}` : '';
  return `(case ${branches.join(' ')}${otherwise} end)`;
}

/** CONCAT takes two arguments, and NULL makes NULL. */
function rewriteConcat({ args, expression, end }: OpenCall): Step {
  if (args.length !== 2) {
    throw new RedshiftError('42883', 'function concat with other than two arguments does not exist');
  }
  const [left, right] = args.map(expression);
  return { tokens: [raw(`redshift_emulator.concat((${left}) || (${right}))`)], next: end };
}

/** COLLATE(e, 'case_insensitive'). */
function rewriteCollate({ args, expression, end }: OpenCall): Step {
  const name = args[1]?.find(({ kind }) => kind === 'string')?.value.toLowerCase();
  const collation = new Map([
    ['case_insensitive', 'redshift_emulator.case_insensitive'],
    ['case_sensitive', '"C"'],
  ]).get(name ?? '');
  if (collation === undefined) throw new RedshiftError('42704', `collation "${name}" does not exist`);
  return { tokens: [raw(`((${expression(args[0])}) collate ${collation})`)], next: end };
}

/** The JSON functions' last argument: NULL for text that is no JSON. */
function rewriteLenientJson({ args, expression, end }: OpenCall, name: string): Step | undefined {
  const last = (args.at(-1) ?? []).filter(({ kind }) => kind !== 'blank');
  if (last.length !== 1 || !isWord(last[0], 'true', 'false')) return undefined;
  const schema = isWord(last[0], 'true') ? 'redshift_emulator' : 'pg_catalog';
  const rest = args.slice(0, -1).map(expression).join(', ');
  return { tokens: [raw(`${schema}.${name}(${rest})`)], next: end };
}
