/** Schema, collations, types and the catalogue's own tables: run once per database. */
export const baseSql = String.raw`
create schema if not exists emu;
create schema if not exists dbo;

create collation if not exists emu.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create collation if not exists emu.ci_ai (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
create collation if not exists emu.cs (provider = icu, locale = 'und-u-ks-level3', deterministic = false);

create table if not exists emu.settings (name text primary key, value text);
create table if not exists emu.schemas (
  schema_id int primary key,
  name text not null
);
insert into emu.schemas values (1, 'dbo'), (3, 'INFORMATION_SCHEMA'), (4, 'sys') on conflict do nothing;
create table if not exists emu.objects (
  object_id int primary key,
  schema_name text not null,
  name text not null,
  kind text not null,
  created int8 not null,
  modified int8 not null,
  definition jsonb not null
);
create unique index if not exists objects_name on emu.objects (lower(schema_name), lower(name));
create table if not exists emu.principals (principal_id int primary key, name text not null, kind text not null);
insert into emu.principals (principal_id, name, kind) values (1, 'dbo', 'S'), (0, 'public', 'R') on conflict do nothing;
alter table emu.principals add column if not exists password text;
create table if not exists emu.permissions (
  principal text not null,
  action text not null,
  permission text not null,
  scope text not null,
  target text not null,
  primary key (principal, permission, scope, target)
);
create table if not exists emu.extended_properties (
  class int not null,
  major_id int not null,
  minor_id int not null,
  name text not null,
  value text,
  primary key (class, major_id, minor_id, name)
);
create table if not exists emu.alias_types (
  type_id int primary key,
  schema_name text not null,
  name text not null,
  definition jsonb not null
);
create unique index if not exists alias_types_name on emu.alias_types (lower(schema_name), lower(name));
create table if not exists emu.role_members (role text not null, member text not null, primary key (role, member));
create sequence if not exists emu.object_ids start 1600000000;
create sequence if not exists emu.rowversions start 2001;

do $$ begin
  if to_regtype('emu.dto') is null then
    create type emu.dto as (t int8, o int2);
    create type emu.variant as (base text, p int2, s int2, v text);
  end if;
end $$;
`;

/** Comparison of datetimeoffset by instant: operators and an operator class of the composite type. */
export const datetimeoffsetSql = String.raw`
create or replace function emu.dto_cmp(a emu.dto, b emu.dto) returns int4 language sql immutable strict parallel safe as
  $$ select case when (a).t < (b).t then -1 when (a).t > (b).t then 1 else 0 end $$;
create or replace function emu.dto_eq(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t = (b).t $$;
create or replace function emu.dto_ne(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t <> (b).t $$;
create or replace function emu.dto_lt(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t < (b).t $$;
create or replace function emu.dto_le(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t <= (b).t $$;
create or replace function emu.dto_gt(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t > (b).t $$;
create or replace function emu.dto_ge(a emu.dto, b emu.dto) returns bool language sql immutable strict parallel safe as $$ select (a).t >= (b).t $$;
create or replace function emu.dto_hash(a emu.dto) returns int4 language sql immutable strict parallel safe as $$ select hashint8((a).t) $$;
do $$ begin
  if not exists (select from pg_opclass where opcname = 'dto_ops' and opcnamespace = 'emu'::regnamespace) then
    create operator emu.= (function = emu.dto_eq, leftarg = emu.dto, rightarg = emu.dto, commutator = operator(emu.=), negator = operator(emu.<>), hashes, merges);
    create operator emu.<> (function = emu.dto_ne, leftarg = emu.dto, rightarg = emu.dto, commutator = operator(emu.<>));
    create operator emu.< (function = emu.dto_lt, leftarg = emu.dto, rightarg = emu.dto, commutator = operator(emu.>), negator = operator(emu.>=));
    create operator emu.<= (function = emu.dto_le, leftarg = emu.dto, rightarg = emu.dto, commutator = operator(emu.>=), negator = operator(emu.>));
    create operator emu.> (function = emu.dto_gt, leftarg = emu.dto, rightarg = emu.dto);
    create operator emu.>= (function = emu.dto_ge, leftarg = emu.dto, rightarg = emu.dto);
    create operator class emu.dto_ops default for type emu.dto using btree as
      operator 1 emu.<, operator 2 emu.<=, operator 3 emu.=, operator 4 emu.>=, operator 5 emu.>, function 1 emu.dto_cmp(emu.dto, emu.dto);
    create operator class emu.dto_hash_ops default for type emu.dto using hash as
      operator 1 emu.=, function 1 emu.dto_hash(emu.dto);
  end if;
end $$;
create or replace function emu.dto_smaller(a emu.dto, b emu.dto) returns emu.dto language sql immutable strict as $$ select case when (b).t < (a).t then b else a end $$;
create or replace function emu.dto_larger(a emu.dto, b emu.dto) returns emu.dto language sql immutable strict as $$ select case when (b).t > (a).t then b else a end $$;
do $$ begin
  if to_regprocedure('emu.min(emu.dto)') is null then
    create aggregate emu.min(emu.dto) (sfunc = emu.dto_smaller, stype = emu.dto);
    create aggregate emu.max(emu.dto) (sfunc = emu.dto_larger, stype = emu.dto);
  end if;
end $$;
`;
