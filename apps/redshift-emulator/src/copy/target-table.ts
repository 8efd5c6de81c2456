import { RedshiftError } from '../errors.js';
import type { CopyStatement } from '../language/copy-statement.js';
import { longName } from '../language/long-names.js';
import { quoteLiteral } from '../language/lexer.js';
import { sqlName } from '../language/plan.js';
import type { Backend } from '../session/backend.js';
import { modifierOf, typeOfOid, type TargetColumn } from './target-column.js';

/** The table of a COPY and the columns it fills. */
export interface TargetTable {
  readonly oid: number;
  readonly sql: string;
  /** Bare name, as messages show it. */
  readonly name: string;
  readonly transactionId: number;
  readonly columns: readonly TargetColumn[];
}

interface KnownColumn extends TargetColumn {
  readonly generated: boolean;
}

/** Locks the table for this writer and reads what it is like; the lock comes before the snapshot. */
export async function openTarget(statement: CopyStatement, backend: Backend): Promise<TargetTable> {
  const sql = sqlName(statement.table);
  const locked = await backend.run(`lock table ${sql} in share row exclusive mode`);
  if (locked.error !== undefined) throw failure(locked.error);
  const described = await backend.run(
    `select a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, a.attidentity, a.attrelid,
       pg_current_xact_id(), coalesce(x.declared, '')
     from pg_attribute a left join redshift_emulator.column_attributes x on x.relid = a.attrelid and x.attnum = a.attnum
     where a.attrelid = ${quoteLiteral(sql)}::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
  );
  if (described.error !== undefined) throw failure(described.error);
  const known = described.rows.map(columnOf);
  const [first = []] = described.rows;
  return {
    oid: Number(first[6]),
    transactionId: Number(first[7]),
    sql,
    name: longName(statement.table.name),
    columns: chosenColumns(statement, known),
  };
}

function failure(error: { code: string; message: string; detail?: string }): RedshiftError {
  return new RedshiftError(
    error.code,
    error.message,
    error.detail === undefined ? {} : { detail: error.detail },
  );
}

function columnOf(row: (string | null)[]): KnownColumn {
  const [name = '', oid, modifier, notNull, hasDefault, identity, , , declared] = row.map(
    (value) => value ?? '',
  );
  const type = typeOfOid(Number(oid));
  if (type === undefined)
    throw new RedshiftError('0A000', `COPY cannot load column "${name}": its type is not Redshift's`);
  const sizes = modifierOf(type, Number(modifier));
  const varbyteLength = type === 'varbyte' ? /\((\d+)\)/.exec(declared ?? '')?.[1] : undefined;
  return {
    name,
    type,
    ...sizes,
    ...(varbyteLength === undefined ? {} : { length: Number(varbyteLength) }),
    notNull: notNull === 't',
    hasDefault: hasDefault === 't',
    identity: identity !== '',
    generated: identity === 'a',
  };
}

function chosenColumns(statement: CopyStatement, known: readonly KnownColumn[]): TargetColumn[] {
  const { explicitIds } = statement.options;
  if (statement.columns === undefined) {
    return explicitIds ? [...known] : known.filter(({ generated }) => !generated);
  }
  const listed = statement.columns.map((name) => {
    const column = known.find((candidate) => candidate.name === name);
    if (column === undefined) {
      throw new RedshiftError(
        '42703',
        `column "${name}" of relation "${statement.table.name}" does not exist`,
      );
    }
    if (column.generated && !explicitIds) {
      throw new RedshiftError('0A000', `cannot set an identity column to a value`, {
        hint: 'COPY … EXPLICIT_IDS loads values into IDENTITY columns.',
      });
    }
    return column;
  });
  const twice = listed.find((column, index) => listed.indexOf(column) !== index);
  if (twice !== undefined)
    throw new RedshiftError('42701', `column "${twice.name}" specified more than once`);
  const missing = known.find(
    (column) => column.notNull && !column.hasDefault && !column.identity && !listed.includes(column),
  );
  if (missing !== undefined) {
    throw new RedshiftError('23502', `Cannot insert a NULL value into column ${missing.name}`, {
      detail: 'COPY names no value for the column, and it has no DEFAULT.',
    });
  }
  return listed;
}
