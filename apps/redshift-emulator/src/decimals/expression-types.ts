import {
  aggregateType,
  BIGINT_DECIMAL,
  commonType,
  INTEGER_DECIMAL,
  productType,
  quotientType,
  SMALLINT_DECIMAL,
  sumType,
  typeOfModifier,
  type DecimalResult,
  type DecimalType,
} from './decimal-type.js';
import { isNode, listOf, textOf, type TreeNode, type TreeValue } from './parse-tree.js';
import type { QueryScope, Scoped } from './query-scope.js';

/** Names of PostgreSQL's functions and operators by their oids, as far as their result is numeric. */
export interface NumericNames {
  readonly functions: ReadonlyMap<string, string>;
  readonly operators: ReadonlyMap<string, string>;
}

/** PostgreSQL's type oids (src/include/catalog/pg_type.dat). */
const NUMERIC = '1700';
const INTEGERS: Readonly<Record<string, DecimalType>> = {
  '21': SMALLINT_DECIMAL,
  '23': INTEGER_DECIMAL,
  '20': BIGINT_DECIMAL,
};
/** Casts of integers to numeric, by their oids (pg_proc.dat). */
const INTEGER_CASTS: Readonly<Record<string, DecimalType>> = {
  '1782': SMALLINT_DECIMAL,
  '1740': INTEGER_DECIMAL,
  '1781': BIGINT_DECIMAL,
};
/** Functions whose result is one of their arguments. */
const SAME = new Set(['abs', 'max', 'min', 'first_value', 'last_value', 'nth_value', 'lag', 'lead', 'avg']);
const WHOLE = new Set(['ceil', 'ceiling', 'floor', 'sign']);

const EXPRESSION_TYPES = [
  'opresulttype',
  'funcresulttype',
  'vartype',
  'consttype',
  'paramtype',
  'aggtype',
  'wintype',
  'casetype',
  'coalescetype',
  'minmaxtype',
  'resulttype',
];

/** Derives the types that Redshift gives to DECIMAL expressions, which PostgreSQL forgets beyond columns and casts. */
export class ExpressionTypes {
  constructor(
    private readonly names: NumericNames,
    private readonly literalOf: (location: number) => DecimalType | undefined,
  ) {}

  /** The type; undefined when it is not known, or no exact number's. */
  of(expression: TreeValue, scope: QueryScope): DecimalType | undefined {
    if (!isNode(expression)) return undefined;
    const read = READERS[expression.node];
    return read?.(this, expression, scope);
  }

  /** Whether the expression is of PostgreSQL's type numeric. */
  isDecimal(expression: TreeValue): boolean {
    if (!isNode(expression)) return false;
    return EXPRESSION_TYPES.some((field) => expression.fields[field] === NUMERIC);
  }

  /** The operation of a numeric operator with two operands; undefined for any other node. */
  operation(
    { fields }: TreeNode,
    scope: QueryScope,
  ): { symbol: string; type: DecimalResult | undefined } | undefined {
    const symbol = this.names.operators.get(textOf(fields['opno']));
    const args = listOf(fields['args']);
    if (symbol === undefined || args.length !== 2) return undefined;
    const [left, right] = args.map((each) => this.of(each, scope));
    if (left === undefined || right === undefined) return { symbol, type: undefined };
    return { symbol, type: resultOf(symbol, left, right) };
  }

  common(expressions: readonly Scoped[]): DecimalType | undefined {
    const present = expressions.filter(({ expression }) => !isNull(expression));
    const types = present.map(({ expression, scope }) => this.of(expression, scope));
    const known = types.filter((type) => type !== undefined);
    return known.length === types.length ? commonType(known) : undefined;
  }

  call(name: string, oid: string, args: readonly TreeValue[], scope: QueryScope): DecimalType | undefined {
    const cast = INTEGER_CASTS[oid];
    if (cast !== undefined) return this.of(args[0], scope) ?? cast;
    const first = args[0];
    const argument = isNode(first, 'TARGETENTRY') ? first.fields['expr'] : first;
    if (name === 'numeric') return args.length === 2 ? typeOfModifier(integerOf(args[1]) ?? -1) : undefined;
    const type = this.of(argument, scope);
    if (type === undefined) return undefined;
    if (name === 'sum') return aggregateType(type);
    if (SAME.has(name)) return type;
    if (WHOLE.has(name)) return { ...type, scale: 0 };
    if (name === 'mod') return this.common(args.map((expression) => ({ expression, scope })));
    return name === 'round' || name === 'trunc' ? roundedType(type, args) : undefined;
  }

  functionName(oid: TreeValue): string | undefined {
    return this.names.functions.get(textOf(oid));
  }

  literal(node: TreeNode): DecimalType | undefined {
    if (node.fields['consttype'] !== NUMERIC) return INTEGERS[textOf(node.fields['consttype'])];
    return this.literalOf(Number(node.fields['location']));
  }
}

function resultOf(symbol: string, left: DecimalType, right: DecimalType): DecimalResult | undefined {
  switch (symbol) {
    case '+':
    case '-':
      return sumType(left, right);
    case '*':
      return productType(left, right);
    case '/':
      return quotientType(left, right);
    case '%': {
      const type = commonType([left, right]);
      return type && { ...type, mayOverflow: false };
    }
    default:
      return undefined;
  }
}

/** ROUND and TRUNC keep as many digits as they are told. */
function roundedType(type: DecimalType, args: readonly TreeValue[]): DecimalType | undefined {
  const digits = args.length < 2 ? 0 : integerOf(args[1]);
  return digits === undefined ? undefined : { ...type, scale: Math.max(0, Math.min(type.scale, digits)) };
}

function isNull(expression: TreeValue): boolean {
  return isNode(expression, 'CONST') && expression.fields['constisnull'] === 'true';
}

/** The value of an integer constant; a negative one may be a call of its sign. */
function integerOf(expression: TreeValue): number | undefined {
  if (isNode(expression, 'OPEXPR')) {
    const [only, second] = listOf(expression.fields['args']);
    const value = second === undefined ? integerOf(only) : undefined;
    return value === undefined ? undefined : -value;
  }
  if (!isNode(expression, 'CONST') || isNull(expression)) return undefined;
  const bytes = listOf(expression.fields['constvalue']).map(Number);
  return bytes.length < 4 ? undefined : Buffer.from(bytes.slice(0, 4)).readInt32LE(0);
}

type Reader = (types: ExpressionTypes, node: TreeNode, scope: QueryScope) => DecimalType | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  VAR: (types, node, scope) => {
    const { vartype, vartypmod } = node.fields;
    if (vartype !== NUMERIC) return INTEGERS[textOf(vartype)];
    return typeOfModifier(Number(vartypmod)) ?? types.common(scope.sourcesOf(node));
  },
  CONST: (types, node) => types.literal(node),
  PARAM: (_types, node) => INTEGERS[textOf(node.fields['paramtype'])],
  RELABELTYPE: (types, node, scope) =>
    typeOfModifier(Number(node.fields['resulttypmod'])) ?? types.of(node.fields['arg'], scope),
  OPEXPR: (types, node, scope) => {
    const { fields } = node;
    const args = listOf(fields['args']);
    if (fields['opresulttype'] !== NUMERIC) return INTEGERS[textOf(fields['opresulttype'])];
    return args.length === 1 ? types.of(args[0], scope) : types.operation(node, scope)?.type;
  },
  FUNCEXPR: (types, { fields }, scope) => {
    if (fields['funcresulttype'] !== NUMERIC) return INTEGERS[textOf(fields['funcresulttype'])];
    const name = types.functionName(fields['funcid']) ?? '';
    return types.call(name, textOf(fields['funcid']), listOf(fields['args']), scope);
  },
  AGGREF: (types, { fields }, scope) => {
    if (fields['aggtype'] !== NUMERIC) return INTEGERS[textOf(fields['aggtype'])];
    const inner = fields['agglevelsup'] === '0' ? scope : undefined;
    const name = types.functionName(fields['aggfnoid']) ?? '';
    return inner && types.call(name, '', listOf(fields['args']), inner);
  },
  WINDOWFUNC: (types, { fields }, scope) => {
    if (fields['wintype'] !== NUMERIC) return INTEGERS[textOf(fields['wintype'])];
    return types.call(types.functionName(fields['winfnoid']) ?? '', '', listOf(fields['args']), scope);
  },
  COALESCEEXPR: commonOf,
  MINMAXEXPR: commonOf,
  NULLIFEXPR: (types, { fields }, scope) => types.of(listOf(fields['args'])[0], scope),
  CASEEXPR: (types, { fields }, scope) => {
    const results = listOf(fields['args']).map((each) => (isNode(each) ? each.fields['result'] : undefined));
    const all = [...results, fields['defresult']].filter((each) => each !== undefined);
    return types.common(all.map((expression) => ({ expression, scope })));
  },
  SUBLINK: (types, { fields }, scope) => {
    const { subselect } = fields;
    return isNode(subselect) ? types.common(scope.within(subselect).outputOf(0)) : undefined;
  },
};

function commonOf(types: ExpressionTypes, { fields }: TreeNode, scope: QueryScope): DecimalType | undefined {
  return types.common(listOf(fields['args']).map((expression) => ({ expression, scope })));
}
