import type { Statement } from '../language/ast.js';
import { unsupported } from '../language/errors.js';
import type { PrincipalChanger } from './principal-changer.js';

/** Statements that define, alter or drop something, each to the method that does it. */
export const define = async (objects: PrincipalChanger, statement: Statement): Promise<void> => {
  switch (statement.kind) {
    case 'createTable':
      return objects.createTable(statement);
    case 'alterTable':
      return objects.alterTable(statement);
    case 'drop':
      return objects.drop(statement);
    case 'truncate':
      return objects.truncate(statement);
    case 'createSchema':
      return objects.createSchema(statement);
    case 'createIndex':
      return objects.createIndex(statement);
    case 'dropIndex':
      return objects.dropIndex(statement);
    case 'createView':
      return objects.createView(statement);
    case 'createProcedure':
      return objects.createProcedure(statement);
    case 'alterDatabase':
      return objects.alterDatabase(statement);
    case 'createFunction':
      return objects.createFunction(statement);
    case 'createTrigger':
      return objects.createTrigger(statement);
    case 'switchTrigger':
      return objects.switchTrigger(statement);
    case 'createSequence':
      return objects.createSequence(statement);
    case 'createSynonym':
      return objects.createSynonym(statement);
    case 'createTableType':
      return objects.createTableType(statement);
    case 'createType':
      return objects.createType(statement);
    case 'createDatabase':
      return objects.createDatabase(statement);
    case 'dropDatabase':
      return objects.dropDatabase(statement);
    case 'permission':
      return objects.permission(statement);
    case 'createUser':
      return objects.createUser(statement);
    case 'alterRole':
      return objects.alterRole(statement);
    default:
      throw unsupported(statement.kind, statement.line);
  }
};
