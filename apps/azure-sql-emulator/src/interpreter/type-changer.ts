import type { SequenceDef } from '../catalog/model.js';
import type { SqlType } from '../engine.js';
import type { StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import type { AliasType } from '../language/parser/type-parser.js';
import { BIGINT, INT } from '../language/types.js';
import { DatabaseChanger } from './database-changer.js';
import type { Change } from './schema-changer.js';
import { tableSql } from './table-definition.js';

const limits: Record<string, readonly [string, string]> = {
  tinyint: ['0', '255'],
  smallint: ['-32768', '32767'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};

/** Sequences, alias types and table types. */
export class TypeChanger extends DatabaseChanger {
  async createSequence(statement: StatementOf<'createSequence'>): Promise<void> {
    const { line, options, alter } = statement;
    await this.change(
      line,
      async (change) => {
        if (alter) return this.alterSequence(change, statement);
        const { name, schema, id } = await this.nameFor(change, statement.name, 'create', 'sequence', line);
        const type: SqlType = statement.type ?? BIGINT;
        const range = limits[type.name];
        if (!range) throw unsupported(`a sequence of type ${type.name}`, line);
        const increment = options.increment ?? '1';
        const min = options.min && options.min !== 'none' ? options.min : range[0];
        const max = options.max && options.max !== 'none' ? options.max : range[1];
        const start = options.start ?? (increment.startsWith('-') ? max : min);
        const definition: SequenceDef = {
          kind: 'sequence',
          id,
          schema,
          name,
          type,
          start,
          increment,
          min,
          max,
          cycle: options.cycle ?? false,
          pg: `emu.s${id}`,
        };
        await change.run(
          `create sequence ${definition.pg} ${sequenceClauses(definition)} start with ${start}`,
        );
        await change.save(definition);
      },
      'CREATE SEQUENCE',
    );
  }

  private async alterSequence(change: Change, statement: StatementOf<'createSequence'>): Promise<void> {
    const { options, line } = statement;
    const found = change.catalog.find(statement.name.at(-2) || undefined, statement.name.at(-1) ?? '');
    if (found?.kind !== 'sequence')
      throw new SqlError(
        15151,
        `Cannot alter the sequence object '${statement.name.at(-1) ?? ''}', because it does not exist or you do not have permission.`,
        line,
      );
    const range = limits[found.type.name] ?? limits['bigint'];
    const bound = (given: string | undefined, kept: string, widest: string | undefined): string =>
      given === undefined ? kept : given === 'none' ? (widest ?? kept) : given;
    const next: SequenceDef = {
      ...found,
      increment: options.increment ?? found.increment,
      min: bound(options.min, found.min, range?.[0]),
      max: bound(options.max, found.max, range?.[1]),
      cycle: options.cycle ?? found.cycle,
      start: typeof options.restart === 'string' ? options.restart : found.start,
    };
    const restart = options.restart === undefined ? '' : ` restart with ${next.start}`;
    await change.run(`alter sequence ${found.pg} ${sequenceClauses(next)}${restart}`);
    await change.save(next);
  }

  async createType({ name, type, nullable, line }: StatementOf<'createType'>): Promise<void> {
    await this.makeType(name, { type, nullable: nullable ?? true }, line);
  }

  /** Made once and dropped, so that what is wrong with it is found here. */
  async createTableType(statement: StatementOf<'createTableType'>): Promise<void> {
    const { name, text, line } = statement;
    const pgName = `type_${this.runtime.id}`;
    const table = await this.createTemporary('@type', statement, line, pgName);
    await this.runtime.link.atomically((connection) => connection.query(`drop table ${tableSql(table)}`));
    await this.makeType(name, { type: INT, nullable: false, table: text }, line);
  }

  private async makeType(written: readonly string[], definition: AliasType, line: number): Promise<void> {
    await this.change(
      line,
      async (change) => {
        const name = written.at(-1) ?? '';
        const schema = change.catalog.schema(written.at(-2) || 'dbo');
        if (!schema)
          throw new SqlError(
            2760,
            `The specified schema name "${written.at(-2) ?? ''}" either does not exist or you do not have permission to use it.`,
            line,
          );
        const [taken] = await change.run(
          'select 1 from emu.alias_types where lower(schema_name) = lower($1) and lower(name) = lower($2)',
          [schema.name, name],
        );
        if (taken)
          throw new SqlError(
            219,
            `The type '${schema.name}.${name}' already exists, or you do not have permission to create it.`,
            line,
          );
        await change.run(
          "insert into emu.alias_types values (nextval('emu.object_ids'), $1, $2, $3::jsonb)",
          [schema.name, name, JSON.stringify(definition)],
        );
        change.touched(0);
      },
      'CREATE TYPE',
    );
    this.runtime.database.useAliasTypes(new Map());
  }

  protected async dropType(
    change: Change,
    parts: readonly string[],
    ifExists: boolean,
    line: number,
  ): Promise<void> {
    const gone = await change.run(
      'delete from emu.alias_types where lower(schema_name) = lower($1) and lower(name) = lower($2) returning 1',
      [parts.at(-2) || 'dbo', parts.at(-1) ?? ''],
    );
    if (gone.length === 0 && !ifExists)
      throw new SqlError(
        218,
        `Could not find the type '${parts.join('.')}'. Either it does not exist or you do not have the necessary permission.`,
        line,
      );
    change.touched(0);
    this.runtime.database.useAliasTypes(new Map());
  }
}

const sequenceClauses = (definition: SequenceDef): string =>
  `as bigint increment by ${definition.increment} minvalue ${definition.min} maxvalue ${definition.max}${definition.cycle ? ' cycle' : ' no cycle'}`;
