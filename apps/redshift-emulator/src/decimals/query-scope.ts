import { isNode, listOf, textOf, type TreeNode, type TreeValue } from './parse-tree.js';

/** Kinds of range table entries (src/include/nodes/parsenodes.h: RTEKind). */
const SUBQUERY = '1';
const JOIN = '2';
const VALUES = '5';
const CTE = '6';
const GROUP = '9';

/** An expression, and the query whose tables its columns mean. */
export interface Scoped {
  readonly expression: TreeValue;
  readonly scope: QueryScope;
}

/** One query of a tree and those around it: what a column stands for. */
export class QueryScope {
  constructor(
    readonly query: TreeNode,
    private readonly outer?: QueryScope,
  ) {}

  /** The scope of a query within this one. */
  within(query: TreeNode): QueryScope {
    return new QueryScope(query, this);
  }

  /** What a column without a type modifier of its own was computed from; several for UNION and VALUES. */
  sourcesOf(variable: TreeNode): readonly Scoped[] {
    const scope = this.above(Number(variable.fields['varlevelsup']));
    if (scope === undefined) return [];
    const entry = listOf(scope.query.fields['rtable'])[Number(variable.fields['varno']) - 1];
    return isNode(entry) ? scope.columnOf(entry, Number(variable.fields['varattno']) - 1) : [];
  }

  private above(levels: number): QueryScope | undefined {
    return levels === 0 ? this : this.outer?.above(levels - 1);
  }

  private columnOf({ fields }: TreeNode, column: number): readonly Scoped[] {
    switch (fields['rtekind']) {
      case SUBQUERY:
        return isNode(fields['subquery']) ? this.within(fields['subquery']).outputOf(column) : [];
      case JOIN:
        return [{ expression: listOf(fields['joinaliasvars'])[column], scope: this }];
      case GROUP:
        return [{ expression: listOf(fields['groupexprs'])[column], scope: this }];
      case VALUES:
        return listOf(fields['values_lists']).map((row) => ({
          expression: listOf(row)[column],
          scope: this,
        }));
      case CTE:
        return this.cteOutput(textOf(fields['ctename']), Number(fields['ctelevelsup']), column);
      default:
        return [];
    }
  }

  private cteOutput(name: string, levels: number, column: number): readonly Scoped[] {
    const scope = this.above(levels);
    const found = listOf(scope?.query.fields['cteList']).find(
      (each) => isNode(each) && each.fields['ctename'] === name,
    );
    if (scope === undefined || !isNode(found) || found.fields['cterecursive'] === 'true') return [];
    return isNode(found.fields['ctequery']) ? scope.within(found.fields['ctequery']).outputOf(column) : [];
  }

  /** What the n-th column of this query's result comes from. */
  outputOf(column: number): readonly Scoped[] {
    const { setOperations } = this.query.fields;
    if (isNode(setOperations)) return this.leavesOf(setOperations).flatMap((leaf) => leaf.outputOf(column));
    const entry = this.targets()[column];
    return entry === undefined ? [] : [{ expression: entry.fields['expr'], scope: this }];
  }

  /** The columns of the result. */
  targets(): readonly TreeNode[] {
    return listOf(this.query.fields['targetList']).filter(isResultColumn);
  }

  private leavesOf(operation: TreeNode): QueryScope[] {
    return [operation.fields['larg'], operation.fields['rarg']].flatMap((side): QueryScope[] => {
      if (!isNode(side)) return [];
      if (side.node === 'SETOPERATIONSTMT') return this.leavesOf(side);
      const entry = listOf(this.query.fields['rtable'])[Number(side.fields['rtindex']) - 1];
      const query = isNode(entry) ? entry.fields['subquery'] : undefined;
      return isNode(query) ? [this.within(query)] : [];
    });
  }
}

function isResultColumn(entry: TreeValue): entry is TreeNode {
  return isNode(entry) && entry.fields['resjunk'] !== 'true';
}
