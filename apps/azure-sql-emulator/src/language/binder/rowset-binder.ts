import type { SqlType } from '../../engine.js';
import type { TableRef } from '../ast.js';
import { literal } from '../../catalog/naming.js';
import { SqlError, invalidColumn, unsupported } from '../errors.js';
import { BIGINT, INT, SYSNAME, commonType, familyOf, isText, nvarchar, sameType } from '../types.js';
import type { BoundTable, RefOf } from './change-table-binder.js';
import { Scope, type SourceColumn } from './environment.js';
import { SourceBinder } from './source-binder.js';
import { typed, type Typed } from './typed.js';

/** Tables that are computed: table-valued functions and PIVOT. */
export abstract class RowsetBinder extends SourceBinder {
  protected abstract bindTable(ref: TableRef, siblings: Scope, parent: Scope | undefined): BoundTable;

  protected tableFunction(ref: RefOf<'tableFunction'>, siblings: Scope): BoundTable {
    const args = ref.args.map((arg) => this.value(arg, siblings));
    const pgAlias = this.nextAlias('t');
    const alias = ref.alias ?? ref.name.toLowerCase();
    const [first, second, third] = args;
    if (!first)
      throw new SqlError(174, `The ${ref.name.toLowerCase()} function requires arguments.`, ref.line, 15);
    if (ref.name === 'STRING_SPLIT' && second) {
      const ordinal = third?.pg === '1';
      const type: SqlType = isText(first.type)
        ? {
            ...first.type,
            name:
              first.type.name === 'char'
                ? 'varchar'
                : first.type.name === 'nchar'
                  ? 'nvarchar'
                  : first.type.name,
          }
        : nvarchar(4000);
      const out = this.output({ ...typed('u.v', type) });
      const columns = [
        { name: 'value', type, nullable: false, pg: `${pgAlias}.c1` },
        ...(ordinal ? [{ name: 'ordinal', type: BIGINT, nullable: false, pg: `${pgAlias}.c2` }] : []),
      ];
      return {
        sql: `(select ${out} as c1, u.o as c2 from unnest(string_to_array(${this.text(first, ref.line)}, emu.separator(${this.text(second, ref.line)}))) with ordinality as u(v, o)) as ${pgAlias}`,
        sources: [{ alias, pgAlias, columns: renamed(columns, ref.columns) }],
      };
    }
    if (ref.name === 'OPENJSON') return this.openJson(ref, first, second);
    if (ref.name === 'GENERATE_SERIES' && second) {
      const type = this.seriesType([first, second, ...(third ? [third] : [])], ref.line);
      const step = third
        ? this.to(third, type, ref.line)
        : `(case when ${this.to(first, type, ref.line)} <= ${this.to(second, type, ref.line)} then 1 else -1 end)`;
      const sql = `(select g as c1 from generate_series(${this.to(first, type, ref.line)}, ${this.to(second, type, ref.line)}, ${step}) as g) as ${pgAlias}`;
      return {
        sql,
        sources: [
          {
            alias,
            pgAlias,
            columns: renamed([{ name: 'value', type, nullable: false, pg: `${pgAlias}.c1` }], ref.columns),
          },
        ],
      };
    }
    throw unsupported(`table-valued function ${ref.name}`, ref.line);
  }

  private openJson(ref: RefOf<'tableFunction'>, document: Typed, path: Typed | undefined): BoundTable {
    const { line } = ref;
    const pgAlias = this.nextAlias('t');
    const args = `${this.text(document, line)}, ${path ? this.text(path, line) : "'$'"}`;
    const alias = ref.alias ?? 'openjson';
    if (!ref.schema) {
      const key: SqlType = { name: 'nvarchar', length: 4000, collation: 'Latin1_General_BIN2' };
      const columns = [
        { name: 'key', type: key, nullable: false },
        { name: 'value', type: nvarchar(-1), nullable: true },
        { name: 'type', type: { name: 'tinyint' } as SqlType, nullable: false },
      ].map((column, i) => ({ ...column, pg: `${pgAlias}.c${i + 1}` }));
      const list = `${this.output(typed('m.k', key))} as c1, ${this.output(typed('m.v', nvarchar(-1)))} as c2, m.t as c3`;
      return {
        sql: `(select ${list} from emu.json_members(${args}) as m) as ${pgAlias}`,
        sources: [{ alias, pgAlias, columns: renamed(columns, ref.columns) }],
      };
    }
    const columns = ref.schema.map(({ name, type }, i) => ({
      name,
      type,
      nullable: true,
      pg: `${pgAlias}.c${i + 1}`,
    }));
    const list = ref.schema.map(({ name, type, path: at, asJson }, i) => {
      const where = literal(at ?? `$."${name}"`);
      const text = typed(`emu.${asJson ? 'json_query' : 'json_value'}(m.v, ${where})`, nvarchar(-1));
      return `${this.output(typed(this.to(text, type, line, 'explicit'), type))} as c${i + 1}`;
    });
    return {
      sql: `(select ${list.join(', ')} from emu.json_rows(${args}) as m) as ${pgAlias}`,
      sources: [{ alias, pgAlias, columns }],
    };
  }

  private seriesType(args: readonly Typed[], line: number): SqlType {
    const type = args.map((e) => e.type).reduce(commonType);
    if (familyOf(type) === 'decimal') return type;
    if (familyOf(type) !== 'int') throw unsupported(`GENERATE_SERIES of ${type.name}`, line);
    return type.name === 'bigint' ? BIGINT : INT;
  }

  /** A row for each of the columns that is not NULL. */
  protected unpivot(ref: RefOf<'unpivot'>, siblings: Scope, parent: Scope | undefined): BoundTable {
    const source = this.bindTable(ref.source, siblings, parent);
    const all = source.sources.flatMap((s) => s.columns);
    const turned = ref.columns.map((name) => {
      const column = all.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      if (!column) throw invalidColumn(name, ref.line);
      return column;
    });
    const [first] = turned;
    const other = turned.find((column) => !first || !sameType(column.type, first.type));
    if (!first || other)
      throw new SqlError(
        8167,
        `The type of column "${other?.name ?? ''}" conflicts with the type of other columns specified in the UNPIVOT list.`,
        ref.line,
      );
    const kept = all.filter((column) => !turned.includes(column));
    const [pgAlias, x] = [this.nextAlias('t'), this.nextAlias('x')];
    const name = this.output(typed(`${x}.n`, SYSNAME));
    const list = [...kept.map((column) => column.pg), `${x}.v`, name];
    const pairs = turned.map((column) => `(${literal(column.name)}::text, ${column.pg})`);
    const outputs = [
      ...kept.map(({ name, type, nullable }) => ({ name, type, nullable })),
      { name: ref.value, type: first.type, nullable: false },
      { name: ref.column, type: SYSNAME, nullable: false },
    ];
    return {
      sql: `(select ${list.map((pg, i) => `${pg} as c${i + 1}`).join(', ')} from ${source.sql} cross join lateral (values ${pairs.join(', ')}) as ${x}(n, v) where ${x}.v is not null) as ${pgAlias}`,
      sources: [
        {
          alias: ref.alias,
          pgAlias,
          columns: outputs.map((column, i) => ({ ...column, pg: `${pgAlias}.c${i + 1}` })),
        },
      ],
    };
  }

  protected pivot(ref: RefOf<'pivot'>, siblings: Scope, parent: Scope | undefined): BoundTable {
    const source = this.bindTable(ref.source, siblings, parent);
    const scope = new Scope(source.sources, parent);
    const used = new Set([ref.value.at(-1)?.toLowerCase(), ref.column.at(-1)?.toLowerCase()]);
    const all = source.sources.flatMap((s) => s.columns);
    const groups = all.filter((column) => !used.has(column.name.toLowerCase()));
    const outputs: { name: string; type: SqlType; nullable: boolean; pg: string }[] = groups.map(
      (column) => ({ name: column.name, type: column.type, nullable: column.nullable, pg: column.pg }),
    );
    for (const value of ref.values) {
      const { line } = ref;
      const when = {
        kind: 'compare',
        op: '=',
        left: { kind: 'column', parts: ref.column, line },
        right: { kind: 'string', value, national: true, line },
        line,
      } as const;
      const picked = {
        kind: 'case',
        branches: [{ when, then: { kind: 'column', parts: ref.value, line } }],
        line,
      } as const;
      const aggregate = this.value({ kind: 'call', name: ref.aggregate, args: [picked], line }, scope);
      outputs.push({ name: value, type: aggregate.type, nullable: true, pg: this.output(aggregate) });
    }
    const pgAlias = this.nextAlias('t');
    const list = outputs.map((column, i) => `${column.pg} as c${i + 1}`).join(', ');
    const by = groups.length > 0 ? ` group by ${groups.map((column) => column.pg).join(', ')}` : '';
    const columns = outputs.map((column, i) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      pg: `${pgAlias}.c${i + 1}`,
    }));
    return {
      sql: `(select ${list} from ${source.sql}${by}) as ${pgAlias}`,
      sources: [{ alias: ref.alias, pgAlias, columns }],
    };
  }
}

const renamed = (columns: readonly SourceColumn[], names: readonly string[] | undefined): SourceColumn[] =>
  columns.map((column, i) => ({ ...column, name: names?.[i] ?? column.name }));
