import { constraintColumns, constraintFrom, type ViewDefinitions } from './shared.js';

/** sys views of keys, checks, defaults and foreign keys. */
export const constraintViews: ViewDefinitions = {
  'sys.key_constraints': { columns: constraintColumns('K'), from: constraintFrom("o.type in ('PK', 'UQ')") },
  'sys.default_constraints': { columns: constraintColumns('D'), from: constraintFrom("o.type = 'D '") },
  'sys.check_constraints': { columns: constraintColumns('C'), from: constraintFrom("o.type = 'C '") },
  'sys.foreign_keys': {
    columns: [
      ...constraintColumns('F'),
      ['referenced_object_id', 'int?', "(o.x->>'referencedTable')::int"],
      ['key_index_id', 'int?', '1'],
      ['is_disabled', 'bit', "coalesce((o.x->>'disabled')::bool, false)"],
      ['is_not_for_replication', 'bit', 'false'],
      ['is_not_trusted', 'bit', "coalesce((o.x->>'untrusted')::bool, false)"],
      [
        'delete_referential_action',
        'tinyint?',
        "(array_position(array['no action','cascade','set null','set default'], o.x->>'onDelete') - 1)::int2",
      ],
      ['delete_referential_action_desc', 'nvarchar(60)?', "replace(upper(o.x->>'onDelete'), ' ', '_')"],
      [
        'update_referential_action',
        'tinyint?',
        "(array_position(array['no action','cascade','set null','set default'], o.x->>'onUpdate') - 1)::int2",
      ],
      ['update_referential_action_desc', 'nvarchar(60)?', "replace(upper(o.x->>'onUpdate'), ' ', '_')"],
      ['is_system_named', 'bit', "coalesce((o.x->>'systemNamed')::bool, false)"],
    ],
    from: constraintFrom("o.type = 'F '"),
  },
  'sys.foreign_key_columns': {
    columns: [
      ['constraint_object_id', 'int', "(x->>'id')::int"],
      ['constraint_column_id', 'int', 'c.n::int'],
      ['parent_object_id', 'int', 'o.object_id'],
      ['parent_column_id', 'int', 'c.v::int'],
      ['referenced_object_id', 'int', "(x->>'referencedTable')::int"],
      ['referenced_column_id', 'int', "(x->'referencedColumns'->>(c.n::int - 1))::int"],
    ],
    from: "emu.objects o cross join lateral jsonb_array_elements(o.definition->'foreignKeys') x cross join lateral jsonb_array_elements_text(x->'columns') with ordinality as c(v, n)",
  },
};
