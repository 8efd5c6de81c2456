import type { DecimalResult, DecimalType } from './decimal-type.js';
import { ExpressionTypes, type NumericNames } from './expression-types.js';
import { isNode, textOf, type TreeNode, type TreeValue } from './parse-tree.js';
import { QueryScope } from './query-scope.js';

/** What an operator of a statement does. */
export interface OperatorMeaning {
  /** `undefined`: no operator of exact numbers, or not between two. */
  readonly decimal: { readonly symbol: string; readonly type: DecimalResult | undefined } | undefined;
}

/** A column of a query's result. */
export interface ResultColumn {
  readonly name: string;
  /** DECIMAL without a type that PostgreSQL knows; undefined when it knows it, or for other types. */
  readonly computed: DecimalType | undefined;
}

/** What a statement's decimals are. */
export interface QueryAnalysis {
  /** By the byte at which they stand. */
  readonly operators: ReadonlyMap<number, OperatorMeaning>;
  /** None for a statement that returns no rows. */
  readonly columns: readonly ResultColumn[];
}

/** The text that a tree's locations point into. */
export interface AnalysedText {
  /** Bytes before it in what PostgreSQL was given. */
  readonly before: number;
  /** Type of the literal at a byte of the text. */
  literalAt(location: number): DecimalType | undefined;
}

const SELECT = '1';

/**
 * Derives the types of all decimals of a statement.
 *
 * @param tree the statement as PostgreSQL understood it
 */
export function analyseQuery(tree: TreeNode, names: NumericNames, text: AnalysedText): QueryAnalysis {
  const types = new ExpressionTypes(names, (location) => text.literalAt(location - text.before));
  const operators = new Map<number, OperatorMeaning>();
  const visit = (value: TreeValue, scope: QueryScope | undefined): void => {
    if (Array.isArray(value)) for (const each of value as readonly TreeValue[]) visit(each, scope);
    if (!isNode(value)) return;
    const inner = value.node === 'QUERY' ? (scope?.within(value) ?? new QueryScope(value)) : scope;
    const location = Number(value.fields['location'] ?? -1);
    if (value.node === 'OPEXPR' && inner !== undefined && location >= 0) {
      operators.set(location - text.before, { decimal: types.operation(value, inner) });
    }
    for (const field of Object.values(value.fields)) visit(field, inner);
  };
  visit(tree, undefined);
  return { operators, columns: columnsOf(tree, types) };
}

function columnsOf(tree: TreeNode, types: ExpressionTypes): ResultColumn[] {
  if (tree.fields['commandType'] !== SELECT) return [];
  const scope = new QueryScope(tree);
  return scope.targets().map((entry, index) => {
    const { expr, resname } = entry.fields;
    const name = textOf(resname).replace(/^"(.*)"$/, '$1');
    const open = types.isDecimal(expr) && !hasModifier(expr);
    return { name, computed: open ? types.common(scope.outputOf(index)) : undefined };
  });
}

function hasModifier(expression: TreeValue): boolean {
  if (!isNode(expression, 'VAR')) return false;
  return Number(expression.fields['vartypmod']) >= 0;
}
