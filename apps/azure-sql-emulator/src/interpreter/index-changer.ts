import { quote } from '../catalog/naming.js';
import type { StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { ConstraintMaker } from './constraint-maker.js';

/** CREATE INDEX and DROP INDEX. */
export class IndexChanger extends ConstraintMaker {
  async createIndex(statement: StatementOf<'createIndex'>): Promise<void> {
    await this.change(
      statement.line,
      async (change) => {
        const object = this.objectOf(change.catalog, statement.table);
        if (object?.kind === 'view')
          throw new SqlError(40515, 'not supported by the emulator: indexed views', statement.line);
        if (object?.kind !== 'table') {
          throw new SqlError(
            1088,
            `Cannot find the object "${statement.table.join('.')}" because it does not exist or you do not have permissions.`,
            statement.line,
            16,
            12,
          );
        }
        await this.keep(change, await this.addIndexes(change, object, [statement.index]));
      },
      'CREATE INDEX',
    );
  }

  async dropIndex(statement: StatementOf<'dropIndex'>): Promise<void> {
    await this.change(statement.line, async (change) => {
      for (const { name, table: parts } of statement.items) {
        const table = this.objectOf(change.catalog, parts);
        const index =
          table?.kind === 'table'
            ? table.indexes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
            : undefined;
        if (table?.kind !== 'table' || !index) {
          if (statement.ifExists) continue;
          throw new SqlError(
            3701,
            `Cannot drop the index '${[...parts, name].join('.')}', because it does not exist or you do not have permission.`,
            statement.line,
            11,
            7,
          );
        }
        if (index.id !== undefined) {
          throw new SqlError(
            3723,
            `An explicit DROP INDEX is not allowed on index '${[...parts, name].join('.')}'. It is being used for ${index.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE KEY'} constraint enforcement.`,
            statement.line,
            16,
            4,
          );
        }
        await change.run(`drop index ${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${index.pg}`);
        await this.keep(change, {
          ...table,
          indexes: table.indexes.filter((candidate) => candidate !== index),
        });
      }
    });
  }
}
