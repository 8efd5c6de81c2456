import type { ResultColumn, SqlValue } from '../engine.js';
import { catalogProcedure } from '../catalog/catalog-procedures.js';
import type { ObjectDef } from '../catalog/model.js';
import { SqlError, unsupported } from '../language/errors.js';
import { parseName } from '../language/parser/batch-parser.js';
import { nvarchar } from '../language/types.js';
import { plainText } from '../storage/value-codec.js';
import type { BatchRunner } from './batch-runner.js';
import type { Argument } from './procedure-runner.js';
import { addExtendedProperty, type PropertyTarget } from './extended-properties.js';

/** Procedures whose effect changes no answer here. */
const idle = new Set([
  'sp_reset_connection',
  'sp_updatestats',
  'sp_recompile',
  'sp_changedbowner',
  'sp_refreshview',
  'sp_refreshsqlmodule',
]);
/** Procedures that SQL Server no longer has: to call one is error 2812, as there. */
const gone = new Set(['sp_dboption', 'sp_addalias', 'sp_dropalias', 'sp_fixindex']);

/** An argument by name or position, as text. */
export type ArgumentText = (position: number, name: string) => string;

const column = (name: string, type: ResultColumn['type'], nullable = true): ResultColumn => ({
  name,
  type,
  nullable,
});

/** System procedures, one method each. */
export class SystemProcedures {
  constructor(private readonly runner: BatchRunner) {}

  /** Undefined when no system procedure has that name. */
  async call(name: string, args: readonly Argument[], line: number): Promise<number | undefined> {
    const text: ArgumentText = (i, parameter) =>
      plainText(
        (
          args.find((candidate) => candidate.name?.toLowerCase() === parameter) ??
          (args[i]?.name ? undefined : args[i])
        )?.value,
      );
    if (idle.has(name)) return 0;
    if (gone.has(name)) return undefined;
    const { connection } = { connection: () => this.runner.runtime.link.connection() };
    switch (name) {
      case 'sp_rename':
        return this.rename(text, line);
      case 'sp_flush_ct_internal_table_on_demand':
        return this.flush(text(0, '@tabletoclean'), line);
      case 'sp_flush_commit_table_on_demand':
        await (await connection()).query('select ct.cleanup()');
        return 0;
      case 'sp_helptext':
        return this.helpText(text(0, '@objname'), line);
      case 'sp_addrolemember':
      case 'sp_droprolemember':
        return this.roleMember(text, name === 'sp_addrolemember', line);
      case 'sp_addtype':
        return this.addType(text, line);
      case 'sp_addextendedproperty':
        return this.extendedProperty(text, line);
      default:
        return this.unknown(name, line);
    }
  }

  private async unknown(name: string, line: number): Promise<undefined> {
    if (!name.startsWith('sp_') && !name.startsWith('xp_')) return undefined;
    if (catalogProcedure(name)) return undefined;
    const found = (await this.runner.runtime.catalog()).find(undefined, name);
    if (!found) throw unsupported(`system procedure ${name}`, line);
    return undefined;
  }

  private async rename(text: ArgumentText, line: number): Promise<number> {
    const { runtime, sink, objects } = this.runner;
    await objects.rename(text(0, '@objname'), text(1, '@newname'), text(2, '@objtype').toUpperCase(), line);
    runtime.info(
      sink,
      'Caution: Changing any part of an object name could break scripts and stored procedures.',
      line,
      15477,
      0,
      1,
    );
    return 0;
  }

  private async flush(table: string, line: number): Promise<number> {
    const { runtime } = this.runner;
    const connection = await runtime.link.connection();
    if (table === '') {
      await connection.query('select ct.cleanup()');
      return 0;
    }
    const found = await this.object(table);
    if (found?.kind !== 'table')
      throw new SqlError(22107, `The object '${table}' is not a user table.`, line);
    if (!found.tracking)
      throw new SqlError(22105, `Change tracking is not enabled on table '${table}'.`, line);
    await connection.query('select ct.flush_table($1::oid)', [String(found.id)]);
    return 0;
  }

  private async object(written: string): Promise<ObjectDef | undefined> {
    const parts = parseName(written) ?? [written];
    return (await this.runner.runtime.catalog()).find(parts.at(-2) || undefined, parts.at(-1) ?? '');
  }

  /** The definition in lines of at most 255 characters, ends of line included. */
  private async helpText(written: string, line: number): Promise<number> {
    const { runtime } = this.runner;
    const found = await this.object(written);
    if (!found)
      throw new SqlError(
        15009,
        `The object '${written}' does not exist in database '${runtime.database.name}' or is invalid for this operation.`,
        line,
        16,
        1,
      );
    if (!('text' in found))
      throw new SqlError(15197, `There is no text for object '${written}'.`, line, 16, 1);
    const lines = found.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    this.result(
      [column('Text', nvarchar(255))],
      lines.flatMap((each) => each.match(/[^]{1,255}/g) ?? []).map((each) => [each]),
    );
    return 0;
  }

  private result(columns: readonly ResultColumn[], rows: readonly SqlValue[][]): void {
    const { sink, runtime } = this.runner;
    sink.columns(columns);
    sink.rows(rows);
    runtime.rowCount = rows.length;
    runtime.done(sink, 'select', rows.length);
  }

  private async roleMember(text: ArgumentText, add: boolean, line: number): Promise<number> {
    const [role, member] = [text(0, '@rolename'), text(1, '@membername')];
    await this.runner.objects.alterRole({ kind: 'alterRole', role, member, add, line });
    return 0;
  }

  private async addType(text: ArgumentText, line: number): Promise<number> {
    const { runtime, runner } = { runtime: this.runner.runtime, runner: this.runner };
    const nullable = text(2, '@nulltype').toUpperCase();
    const definition = `create type [${text(0, '@typename').replaceAll(']', ']]')}] from ${text(1, '@phystype')} ${nullable}`;
    const [statement] = runtime.database.parse(definition, '', true);
    if (statement?.kind !== 'createType') throw unsupported('this call of sp_addtype', line);
    await runner.objects.createType({ ...statement, line });
    return 0;
  }

  private async extendedProperty(text: ArgumentText, line: number): Promise<number> {
    const levels = [0, 1, 2]
      .map((level) => ({
        type: text(2 + level * 2, `@level${level}type`).toUpperCase(),
        name: text(3 + level * 2, `@level${level}name`),
      }))
      .filter(({ type }) => type !== '');
    const target: PropertyTarget = { name: text(0, '@name'), value: text(1, '@value'), levels };
    await addExtendedProperty(this.runner.runtime, target, line);
    return 0;
  }
}
