import type { FunctionDef, ObjectDef, SequenceDef } from '../catalog/model.js';
import type { SqlType } from '../engine.js';
import type { StatementOf } from '../language/ast.js';
import type { FunctionBody } from '../language/routine-ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import type { AliasType } from '../language/parser/type-parser.js';
import { BIGINT, INT } from '../language/types.js';
import { parameterDefs } from './object-changer.js';
import { DatabaseChanger } from './database-changer.js';
import { compileFunction, type FunctionTable } from './function-compiler.js';
import { declaredTables } from './statement-kinds.js';
import { emptyTable } from './table-changer.js';
import { tableSql } from './table-definition.js';
import type { Change } from './schema-changer.js';

const limits: Record<string, readonly [string, string]> = {
  tinyint: ['0', '255'],
  smallint: ['-32768', '32767'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};

type Dropped = 'function' | 'sequence' | 'synonym' | 'type' | 'trigger';

/** Functions, sequences, synonyms and alias types. */
export class RoutineChanger extends DatabaseChanger {
  async createFunction(statement: StatementOf<'createFunction'>): Promise<void> {
    const { line, body, parameters, text, mode } = statement;
    this.refuseDoubleQuotes(text, 'function', line);
    await this.change(
      line,
      async (change) => {
        const { name, schema, id } = await this.nameFor(change, statement.name, mode, 'function', line);
        const base = {
          kind: 'function' as const,
          id,
          schema,
          name,
          text,
          parameters: parameterDefs(parameters),
        };
        if (body.kind === 'inline') {
          const definition = { ...base, type: 'IF' as const };
          this.checkInline(definition, change, line);
          await change.save(definition);
          return;
        }
        const tables = await this.functionTables(change, body);
        const columns = tables.find((table) => body.kind === 'table' && table.name === body.variable)?.table
          .columns;
        const definition: FunctionDef = {
          ...base,
          pg: `emu.f${id}`,
          ...(body.kind === 'scalar'
            ? { type: 'FN', returns: body.returns }
            : {
                type: 'TF',
                columns: columns?.map(({ id, name, type, nullable }) => ({ id, name, type, nullable })),
              }),
        };
        const environment = this.runtime.environment(change.catalog);
        const sql = compileFunction(statement, body, definition, environment, tables);
        await change.run(`drop function if exists ${definition.pg}`);
        await change.run(sql);
        await change.save(definition);
      },
      'CREATE FUNCTION',
    );
  }

  /** The tables a function declares, made once so that their definition is known, and how that was done. */
  private async functionTables(
    change: Change,
    body: Exclude<FunctionBody, { kind: 'inline' }>,
  ): Promise<FunctionTable[]> {
    const tables: FunctionTable[] = [];
    const declared = [
      ...(body.kind === 'table' ? [{ ...body, name: body.variable }] : []),
      ...declaredTables(body.statements),
    ];
    for (const elements of declared) {
      const make: string[] = [];
      const [row] = await change.run("select nextval('emu.object_ids')");
      const draft = {
        ...emptyTable('dbo', elements.name),
        pgSchema: 'pg_temp',
        pgName: `f${row?.[0] ?? ''}`,
        temporary: true,
      };
      const run: Change['run'] = (sql, params) => {
        if (!sql.startsWith('select ')) make.push(sql);
        return change.run(sql, params);
      };
      const table = await this.build({ ...change, run }, draft, elements);
      await change.run(`drop table ${tableSql(table)}`);
      tables.push({ name: elements.name, table, make });
    }
    return tables;
  }

  private checkInline(definition: FunctionDef, change: Change, line: number): void {
    const { columns } = this.runtime.environment(change.catalog).inlineFunction(definition);
    const nameless = columns.findIndex(({ name }) => name === '');
    if (nameless >= 0)
      throw new SqlError(
        4514,
        `CREATE FUNCTION failed because a column name is not specified for column ${nameless + 1}.`,
        line,
      );
  }

  async createSynonym(statement: StatementOf<'createSynonym'>): Promise<void> {
    const { line, target } = statement;
    if (target.length > 2 && target.at(-3)?.toLowerCase() !== this.runtime.database.name.toLowerCase())
      throw unsupported('a synonym for an object of another database', line);
    await this.change(
      line,
      async (change) => {
        const { name, schema, id } = await this.nameFor(change, statement.name, 'create', 'synonym', line);
        const written = target.map((part) => `[${part}]`).join('.');
        await change.save({ kind: 'synonym', id, schema, name, target: [...target], written });
      },
      'CREATE SYNONYM',
    );
  }

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

  override async drop(statement: StatementOf<'drop'>): Promise<void> {
    const { what, line, ifExists } = statement;
    switch (what) {
      case 'function':
      case 'sequence':
      case 'synonym':
      case 'type':
      case 'trigger':
        for (const parts of statement.names) await this.dropRoutine(parts, what, ifExists, line);
        return;
      default:
        return super.drop(statement);
    }
  }

  private async dropRoutine(
    parts: readonly string[],
    what: Dropped,
    ifExists: boolean,
    line: number,
  ): Promise<void> {
    await this.change(line, async (change) => {
      if (what === 'type') return this.dropType(change, parts, ifExists, line);
      const found = change.catalog.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
      if (found?.kind !== what) {
        if (ifExists) return;
        throw notThere(what, parts, line);
      }
      await this.dropStored(change, found);
      await change.remove(found.id);
    });
  }

  private async dropStored(change: Change, found: ObjectDef): Promise<void> {
    if (found.kind === 'sequence') await change.run(`drop sequence ${found.pg}`);
    if (found.kind === 'function' && found.pg) await change.run(`drop function if exists ${found.pg}`);
  }

  private async dropType(
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

const notThere = (what: Dropped, parts: readonly string[], line: number): SqlError => {
  const word = what === 'sequence' ? 'sequence object' : what;
  return new SqlError(
    what === 'sequence' || what === 'synonym' ? 15151 : 3701,
    `Cannot drop the ${word} '${parts.join('.')}', because it does not exist or you do not have permission.`,
    line,
    what === 'sequence' || what === 'synonym' ? 16 : 11,
    what === 'sequence' || what === 'synonym' ? 1 : 5,
  );
};
