/** How the emulator's answers differ from Redshift's; docs/lists.md is made from this. */
export interface Difference {
  readonly what: string;
  /** The documentation leaves room: this is a reading of it. */
  readonly unsure: boolean;
}

const differs = (what: string): Difference => ({ what, unsure: false });
const unsure = (what: string): Difference => ({ what, unsure: true });

/** What nothing refuses and is still not as in Redshift. */
export const DIFFERENCES: readonly Difference[] = [
  unsure(
    `A quotient of DECIMAL is cut, not rounded, at its scale _?_; a literal counts the digits that are written (0.5 is DECIMAL(2,1)) _?_; COALESCE, CASE and UNION of DECIMAL have 19 digits at most unless an operand has more _?_`,
  ),
  differs(
    `A division of DECIMAL whose operand has no type (a bind parameter) is refused; a product with more than 37 digits behind the point too`,
  ),
  differs(
    `ROUND and TRUNC of DECIMAL have as many digits as they are told, as the guide's examples print them; a cast of COALESCE, CASE or GREATEST of DECIMAL to text has the digits of the value, not of the type`,
  ),
  unsure(
    `AVG of DECIMAL is cut, not rounded, at its argument's scale _?_; MEDIAN of DECIMAL has at most one digit more than its argument _?_; PERCENTILE_CONT of another percentile than 0.5 gives floating point (Redshift: the argument's type)`,
  ),
  differs(
    `CASE_INSENSITIVE also finds canonically equal Unicode texts equal, and sorts as a dictionary does; ILIKE and regular expressions on such columns are refused`,
  ),
  unsure(`MERGE updates every target row that matches (the guide's preview kept one)`),
  unsure(`MERGE … REMOVE DUPLICATES fails where two source rows match one target row`),
  differs(
    `TO_DATE refuses a day beyond its month (Redshift counts on, unless strict); an implicit cast of numbers and times to text does not happen: cast them`,
  ),
  differs(`TIMETZ keeps its offset (Redshift: UTC)`),
  differs(`Regular expressions are PostgreSQL's (Redshift: POSIX, or PCRE with \`p\`)`),
  unsure(`The folder of a partition escapes \`/\`, \`=\`, \`%\`, \`:\` and control characters, as Hive does`),
  differs(
    `SUPER is kept as PostgreSQL's jsonb: keys are re-ordered and doubled keys lost; no navigation (\`c.a[0]\`)`,
  ),
  unsure(
    `A NUL character is refused by COPY with error 1220, because the documentation contradicts itself on it`,
  ),
  unsure(`A field equal to the null string is NULL whether quoted or not`),
  differs(
    `\`line_number\` is the physical line at which a record begins; in JSON, the line at which it ends; in AVRO, the record`,
  ),
  unsure(
    `UNLOAD of no rows writes no data file; two slices share an unload of 20,000 rows (Parquet) or 1,000 (text) or more`,
  ),
  unsure(`UNLOAD to Parquet writes TIMESTAMP without and TIMESTAMPTZ with the mark "adjusted to UTC"`),
  differs(
    `\`pg_last_query_id()\` is the last COPY's or UNLOAD's id, not any query's. Several statements in one simple query are one row of stl_query; its xid is 0; returned_rows are unknown. stl_query is complete at once (Redshift: some seconds later)`,
  ),
  differs(
    `Drivers use their queries on the catalogue, not SHOW, because \`show_discovery\` is not announced. Encodings' numbers in pg_attribute are the emulator's own; \`format_encoding()\` names them`,
  ),
  differs(
    `Arrays and more of PostgreSQL's functions are taken in queries that name nothing but catalogue relations, as on a leader node`,
  ),
  unsure(`Error 1018 is also what a table gives that TRUNCATE emptied after the snapshot`),
  differs(`Transaction status after error 1023: aborted until ROLLBACK, as after any error`),
  differs(
    `Reserved words are refused as names in definitions, COPY and as the table written to; a query may use those that PostgreSQL does not reserve`,
  ),
  differs(`IGNORE NULLS is refused; NULLS FIRST and LAST are taken in windows`),
];
