import { refusedByRedshift, RedshiftError } from '../errors.js';
import { columnSql } from './create-table.js';
import type { Cursor } from './cursor.js';
import { rewrite } from './expressions.js';
import { quoteIdentifier, quoteLiteral, render } from './lexer.js';
import { sqlName, type DefinitionPlan } from './plan.js';
import { collation, type ColumnDefinition } from './table-definition.js';
import { displayType, limitConstraint, parseType } from './types.js';

const TAG = 'ALTER TABLE';

/** The cursor stands behind ALTER TABLE. */
export function planAlterTable(cursor: Cursor): DefinitionPlan {
  const name = sqlName(cursor.qualifiedName());
  if (cursor.accept('add')) return planAdd(cursor, name);
  if (cursor.accept('drop')) return planDrop(cursor, name);
  if (cursor.accept('rename')) return planRename(cursor, name);
  if (cursor.accept('owner', 'to')) {
    return definition([`alter table ${name} owner to ${quoteIdentifier(cursor.identifier())}`]);
  }
  if (cursor.accept('alter')) return planAlter(cursor, name);
  if (cursor.accept('append', 'from')) return planAppend(cursor, name);
  if (cursor.accept('set', 'schema')) throw refusedByRedshift('ALTER TABLE SET SCHEMA is not supported');
  throw cursor.unexpected();
}

/** ALTER TABLE … APPEND FROM … [IGNOREEXTRA | FILLTARGET]: moves rows and commits. */
function planAppend(cursor: Cursor, target: string): DefinitionPlan {
  const source = sqlName(cursor.qualifiedName());
  const mode = cursor.atEnd ? '' : cursor.identifier();
  if (!['', 'ignoreextra', 'filltarget'].includes(mode) || !cursor.atEnd) throw cursor.unexpected();
  const names = [target, source, mode].map(quoteLiteral).join(', ');
  return {
    ...definition([`select redshift_emulator.append_table(${names})`]),
    outsideBlock: 'ALTER TABLE APPEND',
  };
}

function definition(steps: readonly string[]): DefinitionPlan {
  return { kind: 'definition', tag: TAG, steps };
}

function planAdd(cursor: Cursor, table: string): DefinitionPlan {
  if (cursor.at('constraint') || cursor.at('primary') || cursor.at('foreign') || cursor.at('unique')) {
    return planAddConstraint(cursor, table);
  }
  cursor.accept('column');
  const column = addedColumn(cursor);
  const steps = [`alter table ${table} add column ${columnSql(column, false)}`];
  const limit = limitConstraint(column.type, column.name);
  if (limit !== undefined) {
    const expression = limit.expression.replace('%s', quoteIdentifier(column.name));
    steps.push(`alter table ${table} add constraint ${quoteIdentifier(limit.name)} check (${expression})`);
  }
  const described = [{ name: column.name, type: displayType(column.type), encode: column.encode ?? null }];
  steps.push(
    `select redshift_emulator.record_columns(${quoteLiteral(table)}, ${quoteLiteral(JSON.stringify(described))})`,
  );
  return definition(steps);
}

function addedColumn(cursor: Cursor): ColumnDefinition {
  const column: ColumnDefinition = {
    name: cursor.ownName(),
    type: parseType(cursor),
    notNull: false,
    distKey: false,
    sortKey: false,
    caseInsensitive: false,
  };
  while (!cursor.atEnd) {
    if (cursor.atSymbol(',')) {
      throw refusedByRedshift('ALTER TABLE ADD COLUMN can add only one column in a statement');
    }
    if (cursor.accept('not', 'null')) column.notNull = true;
    else if (cursor.accept('null')) continue;
    else if (cursor.accept('encode')) column.encode = cursor.identifier();
    else if (cursor.accept('collate')) column.caseInsensitive = collation(cursor);
    else if (cursor.accept('default')) {
      const start = cursor.position;
      if (cursor.atSymbol('(')) cursor.group();
      else {
        cursor.next();
        if (cursor.atSymbol('(')) cursor.group();
      }
      column.defaultSql = render(rewrite(cursor.sliceFrom(start))).trim();
    } else throw refusedAttribute(cursor);
  }
  if (column.notNull && column.defaultSql === undefined) {
    throw new RedshiftError(
      '42P16',
      'ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    );
  }
  return column;
}

function refusedAttribute(cursor: Cursor): Error {
  const word = cursor.peek()?.value ?? '';
  if (['distkey', 'sortkey', 'unique', 'primary', 'references', 'identity', 'generated'].includes(word)) {
    return refusedByRedshift(`ALTER TABLE ADD COLUMN cannot define ${word.toUpperCase()}`);
  }
  return cursor.unexpected();
}

function planAddConstraint(cursor: Cursor, table: string): DefinitionPlan {
  const name = cursor.accept('constraint') ? cursor.identifier() : null;
  const type = cursor.accept('primary', 'key')
    ? 'PRIMARY KEY'
    : cursor.accept('foreign', 'key')
      ? 'FOREIGN KEY'
      : cursor.accept('unique')
        ? 'UNIQUE'
        : undefined;
  if (type === undefined) throw refusedByRedshift('this kind of constraint is not supported');
  const columns = cursor
    .group()
    .flatMap(({ kind, value }) => (kind === 'word' || kind === 'quoted' ? [value] : []));
  let references: string | null = null;
  if (type === 'FOREIGN KEY') {
    cursor.expect('references');
    references = sqlName(cursor.qualifiedName());
  }
  const described = [{ type, name, columns, references }];
  return definition([
    `select redshift_emulator.record_constraints(${quoteLiteral(table)}, ${quoteLiteral(JSON.stringify(described))})`,
  ]);
}

function planDrop(cursor: Cursor, table: string): DefinitionPlan {
  if (cursor.accept('constraint')) {
    return definition([
      `select redshift_emulator.drop_constraint(${quoteLiteral(table)}, ${quoteLiteral(cursor.identifier())})`,
    ]);
  }
  cursor.accept('column');
  const column = cursor.identifier();
  const behaviour = cursor.accept('cascade') ? ' cascade' : '';
  cursor.accept('restrict');
  if (!cursor.atEnd) throw cursor.unexpected();
  return definition([
    `select redshift_emulator.check_droppable(${quoteLiteral(table)}, ${quoteLiteral(column)})`,
    `alter table ${table} drop column ${quoteIdentifier(column)}${behaviour}`,
  ]);
}

function planRename(cursor: Cursor, table: string): DefinitionPlan {
  if (cursor.accept('to'))
    return definition([`alter table ${table} rename to ${quoteIdentifier(cursor.ownName())}`]);
  cursor.accept('column');
  const from = quoteIdentifier(cursor.identifier());
  cursor.expect('to');
  return definition([`alter table ${table} rename column ${from} to ${quoteIdentifier(cursor.ownName())}`]);
}

function planAlter(cursor: Cursor, table: string): DefinitionPlan {
  if (
    cursor.at('diststyle') ||
    cursor.at('distkey') ||
    cursor.at('sortkey') ||
    cursor.at('compound') ||
    cursor.at('encode')
  ) {
    return planAlterLayout(cursor, table);
  }
  cursor.accept('column');
  const column = cursor.identifier();
  if (cursor.accept('encode')) {
    const described = [{ name: column, encode: cursor.identifier() }];
    return definition([
      `select redshift_emulator.record_columns(${quoteLiteral(table)}, ${quoteLiteral(JSON.stringify(described))})`,
    ]);
  }
  if (!cursor.accept('type')) {
    throw refusedByRedshift('ALTER COLUMN can change the size of a VARCHAR or the encoding, nothing else');
  }
  const type = parseType(cursor);
  if (type.name !== 'character varying') {
    throw refusedByRedshift(
      `cannot alter column "${column}" to type "${displayType(type)}": only VARCHAR sizes change`,
    );
  }
  if (!cursor.atEnd) throw refusedByRedshift('ALTER COLUMN TYPE takes no USING');
  return {
    ...definition([
      `select redshift_emulator.resize_varchar(${quoteLiteral(table)}, ${quoteLiteral(column)}, ${type.length})`,
    ]),
    outsideBlock: 'ALTER TABLE ALTER COLUMN',
  };
}

function planAlterLayout(cursor: Cursor, table: string): DefinitionPlan {
  const attributes: Record<string, unknown> = {};
  while (!cursor.atEnd) {
    if (cursor.accept('diststyle')) attributes['diststyle'] = cursor.identifier();
    else if (cursor.accept('distkey')) {
      attributes['distkey'] = cursor.atSymbol('(') ? cursor.group()[0]?.value : cursor.identifier();
      attributes['diststyle'] = 'key';
    } else if (cursor.accept('compound')) continue;
    else if (cursor.accept('sortkey')) {
      if (cursor.accept('auto') || cursor.accept('none')) attributes['sortkeys'] = [];
      else
        attributes['sortkeys'] = cursor
          .group()
          .flatMap(({ kind, value }) => (kind === 'word' || kind === 'quoted' ? [value] : []));
    } else if (cursor.accept('encode', 'auto')) continue;
    else if (!cursor.accept('alter')) throw cursor.unexpected();
  }
  return definition([
    `select redshift_emulator.alter_layout(${quoteLiteral(table)}, ${quoteLiteral(JSON.stringify(attributes))})`,
  ]);
}
