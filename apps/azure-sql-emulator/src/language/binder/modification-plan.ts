import type { Expr, TableRef } from '../ast.js';
import type { TableDef } from '../../catalog/model.js';

interface InnerJoins {
  readonly others: readonly TableRef[];
  readonly conditions: readonly Expr[];
}

/** Where the rows that an UPDATE or DELETE changes come from. */
export interface ModificationPlan {
  readonly table: TableDef;
  readonly alias: string;
  readonly leaf: TableRef | undefined;
  /** Undefined when the target stands in an outer join or an APPLY. */
  readonly inner: InnerJoins | undefined;
  readonly byRow: boolean;
}

/** The table of FROM that the statement names as its target, by alias or by name. */
export const findLeaf = (from: readonly TableRef[], target: TableRef): TableRef | undefined => {
  const leaves: TableRef[] = [];
  const visit = (ref: TableRef): void => {
    if (ref.kind === 'join' || ref.kind === 'apply') {
      visit(ref.left);
      visit(ref.right);
    } else leaves.push(ref);
  };
  from.forEach(visit);
  if (target.kind === 'tableVariable')
    return leaves.find((ref) => ref.kind === 'tableVariable' && ref.name === target.name);
  if (target.kind !== 'table') return undefined;
  const name = target.parts.at(-1)?.toLowerCase();
  const aliasOf = (ref: TableRef): string | undefined =>
    'alias' in ref ? ref.alias?.toLowerCase() : undefined;
  return (
    (target.parts.length === 1 ? leaves.find((ref) => aliasOf(ref) === name) : undefined) ??
    leaves.find((ref) => ref.kind === 'table' && ref.parts.at(-1)?.toLowerCase() === name)
  );
};

/** Takes the target out of its inner joins; undefined when it stands in any other kind. */
export const flatten = (from: readonly TableRef[], leaf: TableRef): InnerJoins | undefined => {
  const others: TableRef[] = [];
  const conditions: Expr[] = [];
  const contains = (ref: TableRef): boolean =>
    ref === leaf ||
    ((ref.kind === 'join' || ref.kind === 'apply') && (contains(ref.left) || contains(ref.right)));
  const visit = (ref: TableRef): boolean => {
    if (ref === leaf) return true;
    if (!contains(ref)) {
      others.push(ref);
      return true;
    }
    if (ref.kind !== 'join' || (ref.type !== 'inner' && ref.type !== 'cross')) return false;
    if (ref.on) conditions.push(ref.on);
    return visit(ref.left) && visit(ref.right);
  };
  return from.every(visit) ? { others, conditions } : undefined;
};
