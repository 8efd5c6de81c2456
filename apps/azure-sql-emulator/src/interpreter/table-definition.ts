import { physicalColumn, quote } from '../catalog/naming.js';
import type { CheckDef, ColumnDef, ForeignKeyDef, IndexDef, TableDef } from '../catalog/model.js';
import type { SqlType } from '../engine.js';
import type { ColumnDefinition, IndexDefinition, TableConstraint } from '../language/ast.js';
import { defaultText, madeUpName } from './made-up-name.js';
import { mentions } from './column-mention.js';
import { columnNamed, columnOf, keyColumns } from './table-columns.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import type { BindEnvironment } from '../language/binder/environment.js';
import { asKey, pgCollation } from '../language/binder/typed.js';
import { SqlError, unsupported } from '../language/errors.js';
import { parseExpression } from '../language/parser/batch-parser.js';
import { familyOf, isText, pgType } from '../language/types.js';

export { columnNamed, columnOf };

type Key = Extract<TableConstraint, { kind: 'key' }>;

/** A column's type as PostgreSQL stores it. */
export const storageType = (type: SqlType, line: number): string => {
  const family = familyOf(type);
  if (!family || family === 'variant') throw unsupported(`type ${type.name}`, line);
  return isText(type) ? `bpchar collate ${pgCollation(type.collation, line)}` : pgType(type);
};

export const tableSql = (table: Pick<TableDef, 'pgSchema' | 'pgName' | 'temporary'>): string =>
  `${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${quote(table.pgName)}`;

/** Turns definitions into the catalogue's columns and PostgreSQL's column clauses. */
export class TableDefiner {
  constructor(
    private readonly environment: BindEnvironment,
    private readonly nextId: () => number,
  ) {}

  column(
    definition: ColumnDefinition,
    table: string,
    id: number,
    siblings: readonly ColumnDef[],
    inKey: boolean,
    /** ALTER TABLE: what its message calls the table. */
    altered?: string,
  ): ColumnDef {
    const { name, line } = definition;
    if (siblings.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
      throw new SqlError(
        2705,
        `Column names in each table must be unique. Column name '${name}' in table '${altered ?? table}' is specified more than once.`,
        line,
        16,
        altered === undefined ? 3 : 4,
      );
    }
    const base = { id, name, pg: physicalColumn(name) };
    if (definition.computed) {
      const bound = new DmlBinder(this.environment).bindForTable(definition.computed.expr, {
        columns: siblings,
      });
      return {
        ...base,
        type: bound.type,
        nullable: definition.nullable === false ? false : bound.nullable,
        computed: { text: definition.computed.text, persisted: definition.computed.persisted },
      };
    }
    const type = definition.type!;
    storageType(type, line);
    if (definition.identity && !['tinyint', 'smallint', 'int', 'bigint'].includes(type.name)) {
      if (familyOf(type) === 'decimal' && (type.scale ?? 0) === 0)
        throw unsupported('IDENTITY of type decimal', line);
      throw new SqlError(
        2749,
        `Identity column '${name}' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, unencrypted, and constrained to be nonnullable.`,
        line,
        16,
        2,
      );
    }
    if (definition.identity && definition.nullable === true) {
      throw new SqlError(
        8147,
        `Could not create IDENTITY attribute on nullable column '${name}', table '${table}'.`,
        line,
      );
    }
    if (inKey && definition.nullable === true) {
      throw new SqlError(
        8111,
        `Cannot define PRIMARY KEY constraint on nullable column in table '${table}'.`,
        line,
      );
    }
    const nullable =
      definition.nullable ?? !(definition.identity !== undefined || inKey || type.name === 'timestamp');
    return {
      ...base,
      type,
      nullable,
      ...(definition.identity ? { identity: definition.identity } : {}),
      ...(definition.rowguid ? { rowguid: true } : {}),
      ...(definition.defaultValue ? { default: this.defaultDef(definition.defaultValue, table, name) } : {}),
    };
  }

  private defaultDef(
    value: NonNullable<ColumnDefinition['defaultValue']>,
    table: string,
    column: string,
  ): NonNullable<ColumnDef['default']> {
    const id = this.nextId();
    return {
      id,
      name: value.name ?? madeUpName('DF', table, id, column),
      text: defaultText(value.text),
      named: value.name !== undefined,
    };
  }

  defaultSql(column: ColumnDef, line: number): string | undefined {
    if (column.type.name === 'timestamp') return "int8send(nextval('emu.rowversions'))";
    if (!column.default) return undefined;
    return new DmlBinder(this.environment).defaultFor(parseExpression(column.default.text), column, line);
  }

  /** The whole column clause. */
  columnSql(column: ColumnDef, siblings: readonly ColumnDef[], line: number, withDefault = true): string {
    const parts = [quote(column.pg), storageType(column.type, line)];
    if (column.computed) {
      const bound = new DmlBinder(this.environment).bindForTable(parseExpression(column.computed.text), {
        columns: siblings,
      });
      parts.push(`generated always as (${isText(bound.type) ? asKey(bound) : bound.pg}) stored`);
    } else if (column.identity) {
      const { seed, increment } = column.identity;
      const down = increment.startsWith('-');
      const limits = { tinyint: down ? 'minvalue 0' : 'maxvalue 255' }[column.type.name as 'tinyint'] ?? '';
      const low = down ? '' : Number(seed) < 1 ? `minvalue ${seed}` : '';
      const high = down && Number(seed) > -1 ? `maxvalue ${seed}` : '';
      parts.push(
        `generated by default as identity (start with ${seed} increment by ${increment} ${low} ${high} ${limits})`,
      );
    } else {
      const value = withDefault ? this.defaultSql(column, line) : undefined;
      if (value) parts.push(`default ${value}`);
    }
    if (!column.nullable) parts.push('not null');
    return parts.join(' ');
  }

  key(constraint: Key, table: Pick<TableDef, 'name' | 'columns' | 'indexes'>, deferrable: boolean): IndexDef {
    const id = this.nextId();
    const clustered =
      constraint.clustered ?? (constraint.primary && !table.indexes.some((index) => index.clustered));
    return {
      id,
      indexId: nextIndexId(table.indexes, clustered),
      name: constraint.name ?? madeUpName(constraint.primary ? 'PK' : 'UQ', table.name, id),
      pg: `k${id}`,
      kind: constraint.primary ? 'primary' : 'unique',
      clustered,
      deferrable,
      columns: keyColumns(constraint.columns, table, constraint.line),
      include: [],
      ...(constraint.name === undefined ? { systemNamed: true } : {}),
    };
  }

  keySql(index: IndexDef, table: TableDef): string {
    const columns = index.columns.map(({ id }) => quote(columnOf(table, id).pg)).join(', ');
    const kind = index.kind === 'primary' ? 'primary key' : 'unique nulls not distinct';
    return `alter table ${tableSql(table)} add constraint ${index.pg} ${kind} (${columns})${index.deferrable ? ' deferrable initially immediate' : ''}`;
  }

  index(definition: IndexDefinition, table: TableDef): IndexDef {
    if (table.indexes.some((index) => index.name.toLowerCase() === definition.name.toLowerCase())) {
      throw new SqlError(
        1913,
        `The operation failed because an index or statistics with name '${definition.name}' already exists on table '${table.schema}.${table.name}'.`,
        definition.line,
      );
    }
    return {
      indexId: nextIndexId(table.indexes, definition.clustered),
      name: definition.name,
      pg: `k${this.nextId()}`,
      kind: definition.unique ? 'uniqueIndex' : 'index',
      clustered: definition.clustered,
      columns: keyColumns(definition.columns, table, definition.line),
      include: definition.include.map((name) => columnNamed(table, name, definition.line).id),
      ...(definition.where ? { filter: definition.where.text } : {}),
    };
  }

  indexSql(index: IndexDef, table: TableDef): string {
    const unique = index.kind === 'uniqueIndex';
    const columns = index.columns.map(({ id, descending }) => {
      const column = columnOf(table, id);
      const order = descending ? ' desc' : '';
      return `${quote(column.pg)}${order}${column.nullable ? (descending ? ' nulls last' : ' nulls first') : ''}`;
    });
    const include =
      index.include.length > 0
        ? ` include (${index.include.map((id) => quote(columnOf(table, id).pg)).join(', ')})`
        : '';
    const where = index.filter
      ? ` where ${new DmlBinder(this.environment).bindCheck(parseExpression(index.filter), table)}`
      : '';
    return `create ${unique ? 'unique ' : ''}index ${index.pg} on ${tableSql(table)} (${columns.join(', ')})${include}${unique ? ' nulls not distinct' : ''}${where}`;
  }

  check(
    constraint: Extract<TableConstraint, { kind: 'check' }>,
    table: Pick<TableDef, 'name' | 'columns'>,
  ): CheckDef {
    const id = this.nextId();
    const named = table.columns.filter(({ name }) => mentions(constraint.text, name));
    return {
      id,
      name: constraint.name ?? madeUpName('CK', table.name, id),
      pg: `k${id}`,
      text: constraint.text,
      ...(named.length === 1 && named[0] ? { column: named[0].id } : {}),
      ...(constraint.noCheck ? { untrusted: true } : {}),
      ...(constraint.name === undefined ? { systemNamed: true } : {}),
    };
  }

  checkSql(check: CheckDef, table: TableDef, noCheck: boolean): string {
    const condition = new DmlBinder(this.environment).bindCheck(parseExpression(check.text), table);
    return `alter table ${tableSql(table)} add constraint ${check.pg} check (${condition})${noCheck ? ' not valid' : ''}`;
  }

  foreignKey(
    constraint: Extract<TableConstraint, { kind: 'foreign' }>,
    table: TableDef,
    referenced: TableDef,
  ): ForeignKeyDef {
    const id = this.nextId();
    const primary = referenced.indexes.find((index) => index.kind === 'primary');
    const targets =
      constraint.references.length > 0
        ? constraint.references.map((name) => columnNamed(referenced, name, constraint.line).id)
        : (primary?.columns.map((column) => column.id) ?? []);
    if (targets.length !== constraint.columns.length) {
      throw new SqlError(
        8139,
        `Number of referencing columns in foreign key differs from number of referenced columns, table '${table.name}'.`,
        constraint.line,
      );
    }
    return {
      id,
      name: constraint.name ?? madeUpName('FK', table.name, id),
      pg: `k${id}`,
      columns: constraint.columns.map((name) => columnNamed(table, name, constraint.line).id),
      referencedTable: referenced.id,
      referencedColumns: targets,
      onDelete: constraint.onDelete,
      onUpdate: constraint.onUpdate,
      ...(constraint.noCheck ? { untrusted: true } : {}),
      ...(constraint.name === undefined ? { systemNamed: true } : {}),
    };
  }

  foreignKeySql(key: ForeignKeyDef, table: TableDef, referenced: TableDef, noCheck: boolean): string {
    const own = key.columns.map((id) => quote(columnOf(table, id).pg)).join(', ');
    const other = key.referencedColumns.map((id) => quote(columnOf(referenced, id).pg)).join(', ');
    return (
      `alter table ${tableSql(table)} add constraint ${key.pg} foreign key (${own}) references ${tableSql(referenced)} (${other})` +
      ` on delete ${key.onDelete} on update ${key.onUpdate}${noCheck ? ' not valid' : ''}`
    );
  }
}

const nextIndexId = (indexes: readonly IndexDef[], clustered: boolean): number =>
  clustered ? 1 : Math.max(1, ...indexes.map((index) => index.indexId)) + 1;
