import { physicalSchema, quote } from '../catalog/naming.js';
import type { ObjectDef, ParameterDef } from '../catalog/model.js';
import type { Parameter, StatementOf } from '../language/ast.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import { SqlError, unsupported } from '../language/errors.js';
import { alreadyThere } from './constraint-maker.js';
import { ObjectRenamer } from './object-renamer.js';
import type { Change } from './schema-changer.js';

/** Views, procedures and schemas. */
export class ObjectChanger extends ObjectRenamer {
  async createView(statement: StatementOf<'createView'>): Promise<void> {
    const { line } = statement;
    this.refuseDoubleQuotes(statement.text, 'view', line);
    await this.change(
      line,
      async (change) => {
        const { name, schema, id } = await this.nameFor(change, statement.name, statement.mode, 'view', line);
        const binder = new DmlBinder(this.runtime.environment(change.catalog));
        if (
          statement.query.orderBy.length > 0 &&
          statement.query.body.kind === 'select' &&
          !statement.query.body.top &&
          !statement.query.offset
        ) {
          throw new SqlError(
            1033,
            'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.',
            line,
            15,
          );
        }
        const bound = binder.bindQuery(statement.query, undefined);
        const columns = bound.columns.map((column, i) => {
          const columnName = statement.columns?.[i] ?? column.name;
          if (columnName === '')
            throw new SqlError(
              4511,
              `Create View or Function failed because no column name was specified for column ${i + 1}.`,
              line,
            );
          return { id: i + 1, name: columnName, type: column.type, nullable: column.nullable };
        });
        const twice = columns.find(
          (column, i) =>
            columns.findIndex((other) => other.name.toLowerCase() === column.name.toLowerCase()) !== i,
        );
        if (twice)
          throw new SqlError(
            4506,
            `Column names in each view or function must be unique. Column name '${twice.name}' in view or function '${name}' is specified more than once.`,
            line,
          );
        await change.save({ kind: 'view', id, schema, name, text: statement.text, columns });
      },
      'CREATE VIEW',
    );
  }

  /** What is bound anew at each use is read with QUOTED_IDENTIFIER ON. */
  protected refuseDoubleQuotes(text: string, kind: string, line: number): void {
    if (!this.runtime.options.quotedIdentifier && text.includes('"'))
      throw unsupported(`double quotes in a ${kind} made under SET QUOTED_IDENTIFIER OFF`, line);
  }

  async createProcedure(statement: StatementOf<'createProcedure'>): Promise<void> {
    await this.change(
      statement.line,
      async (change) => {
        const { name, schema, id } = await this.nameFor(
          change,
          statement.name,
          statement.mode,
          'procedure',
          statement.line,
        );
        await change.save({
          kind: 'procedure',
          id,
          schema,
          name,
          text: statement.text,
          parameters: parameterDefs(statement.parameters),
          ...(this.runtime.options.quotedIdentifier ? {} : { quotedIdentifier: false }),
        });
      },
      'CREATE PROCEDURE',
    );
  }

  /** Checks the name and gives the object's id: kept by ALTER, new by CREATE. */
  protected async nameFor(
    change: Change,
    parts: readonly string[],
    mode: string,
    kind: ObjectDef['kind'],
    line: number,
  ) {
    const name = parts.at(-1) ?? '';
    const schema = change.catalog.schema(parts.at(-2) || 'dbo');
    if (!schema)
      throw new SqlError(
        2760,
        `The specified schema name "${parts.at(-2)}" either does not exist or you do not have permission to use it.`,
        line,
      );
    const found = change.catalog.find(schema.name, name);
    if (found && (mode === 'create' || found.kind !== kind)) throw alreadyThere(name, line);
    if (!found && mode === 'alter')
      throw new SqlError(208, `Invalid object name '${parts.join('.')}'.`, line, 16, 6);
    if (found) return { name: found.name, schema: schema.name, id: found.id };
    const [row] = await change.run("select nextval('emu.object_ids')");
    return { name, schema: schema.name, id: Number(row?.[0]) };
  }

  async drop(statement: StatementOf<'drop'>): Promise<void> {
    const { line, what } = statement;
    for (const parts of statement.names) {
      if (what === 'table') await this.dropTable(parts, statement.ifExists, line);
      else if (what === 'schema') await this.dropSchema(parts.at(-1) ?? '', statement.ifExists, line);
      else if (what === 'view' || what === 'procedure')
        await this.dropObject(parts, what, statement.ifExists, line);
      else throw unsupported(`DROP ${what.toUpperCase()}`, line);
    }
  }

  private async dropObject(
    parts: readonly string[],
    kind: 'view' | 'procedure',
    ifExists: boolean,
    line: number,
  ): Promise<void> {
    await this.change(line, async (change) => {
      const found = change.catalog.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
      if (found?.kind !== kind) {
        if (ifExists) return;
        throw new SqlError(
          3701,
          `Cannot drop the ${kind} '${parts.join('.')}', because it does not exist or you do not have permission.`,
          line,
          11,
          5,
        );
      }
      for (const trigger of change.catalog.triggersOf(found.id)) await change.remove(trigger.id);
      await change.remove(found.id);
    });
  }

  async createSchema(statement: StatementOf<'createSchema'>): Promise<void> {
    await this.change(statement.line, async (change) => {
      if (change.catalog.schema(statement.name)) throw alreadyThere(statement.name, statement.line);
      await change.run(`create schema ${quote(physicalSchema(statement.name))}`);
      await change.run(
        'insert into emu.schemas select greatest(max(schema_id), 4) + 1, $1 from emu.schemas',
        [statement.name],
      );
      change.touched(0);
    });
  }

  private async dropSchema(name: string, ifExists: boolean, line: number): Promise<void> {
    await this.change(line, async (change) => {
      const schema = change.catalog.schema(name);
      if (!schema) {
        if (ifExists) return;
        throw new SqlError(
          15151,
          `Cannot drop the schema '${name}', because it does not exist or you do not have permission.`,
          line,
        );
      }
      const user = change.catalog.objects.find(
        (object) => object.schema.toLowerCase() === name.toLowerCase(),
      );
      if (user || schema.id < 5)
        throw new SqlError(
          3729,
          `Cannot drop schema '${name}' because it is being referenced by object '${user?.name ?? name}'.`,
          line,
        );
      await change.run(`drop schema ${quote(physicalSchema(name))}`);
      await change.run('delete from emu.schemas where schema_id = $1::int', [String(schema.id)]);
      change.touched(0);
    });
  }
}

/** Parameters as the catalogue keeps them. */
export const parameterDefs = (parameters: readonly Parameter[]): ParameterDef[] =>
  parameters.map(({ name, type, output }) => ({ name, type, output }));
