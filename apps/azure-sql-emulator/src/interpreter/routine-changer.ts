import type { FunctionDef, ObjectDef } from '../catalog/model.js';
import type { StatementOf } from '../language/ast.js';
import type { FunctionBody } from '../language/routine-ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { parameterDefs } from './object-changer.js';
import { TypeChanger } from './type-changer.js';
import { compileFunction, type FunctionTable } from './function-compiler.js';
import { declaredTables } from './statement-kinds.js';
import { emptyTable } from './table-changer.js';
import { tableSql } from './table-definition.js';
import type { Change } from './schema-changer.js';

type Dropped = 'function' | 'sequence' | 'synonym' | 'type' | 'trigger';

/** Functions and synonyms; DROP of these, of sequences and of types. */
export class RoutineChanger extends TypeChanger {
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
}

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
