import iconv from 'iconv-lite';

/** What the wire needs to know of a collation: its five bytes and how its `varchar` text is encoded. */
export interface WireCollation {
  readonly bytes: Buffer;
  /** An iconv-lite encoding name: `cp1252`, `utf8`, `cp932` ... */
  readonly encoding: string;
  readonly caseSensitive: boolean;
}

export const DEFAULT_COLLATION = 'SQL_Latin1_General_CP1_CI_AS';

/** Locale designators that are not plain Latin-1: LCID and ANSI code page (MS-UCODEREF, `sys.fn_helpcollations()`). */
const LOCALES: readonly (readonly [designator: string, lcid: number, codePage: number])[] = [
  ['Latin1_General', 0x0409, 1252],
  ['Albanian', 0x041c, 1250],
  ['Arabic', 0x0401, 1256],
  ['Chinese_PRC', 0x0804, 936],
  ['Chinese_Taiwan_Stroke', 0x0404, 950],
  ['Croatian', 0x041a, 1250],
  ['Cyrillic_General', 0x0419, 1251],
  ['Czech', 0x0405, 1250],
  ['Danish_Norwegian', 0x0406, 1252],
  ['Danish_Greenlandic', 0x0406, 1252],
  ['Estonian', 0x0425, 1257],
  ['Finnish_Swedish', 0x040b, 1252],
  ['French', 0x040c, 1252],
  ['German_PhoneBook', 0x10407, 1252],
  ['Greek', 0x0408, 1253],
  ['Hebrew', 0x040d, 1255],
  ['Hungarian', 0x040e, 1250],
  ['Icelandic', 0x040f, 1252],
  ['Japanese', 0x0411, 932],
  ['Korean_Wansung', 0x0412, 949],
  ['Latvian', 0x0426, 1257],
  ['Lithuanian', 0x0427, 1257],
  ['Modern_Spanish', 0x0c0a, 1252],
  ['Norwegian', 0x0414, 1252],
  ['Polish', 0x0415, 1250],
  ['Romanian', 0x0418, 1250],
  ['Slovak', 0x041b, 1250],
  ['Slovenian', 0x0424, 1250],
  ['Thai', 0x041e, 874],
  ['Traditional_Spanish', 0x040a, 1252],
  ['Turkish', 0x041f, 1254],
  ['Ukrainian', 0x0422, 1251],
  ['Vietnamese', 0x042a, 1258],
];

/** `SQL_` collations carry a sort id instead of comparison rules of their own. */
const SORT_IDS: Readonly<Record<string, number>> = {
  sql_latin1_general_cp1_cs_as: 51,
  sql_latin1_general_cp1_ci_as: 52,
  sql_latin1_general_pref_cp1_ci_as: 53,
  sql_latin1_general_cp1_ci_ai: 54,
  sql_latin1_general_cp850_bin: 40,
  sql_latin1_general_cp850_cs_as: 41,
  sql_latin1_general_cp850_ci_as: 42,
  sql_latin1_general_cp437_bin: 30,
  sql_latin1_general_cp437_cs_as: 31,
  sql_latin1_general_cp437_ci_as: 32,
};

const IGNORE_CASE = 1 << 20;
const IGNORE_ACCENT = 1 << 21;
const IGNORE_WIDTH = 1 << 22;
const IGNORE_KANA = 1 << 23;
const BINARY = 1 << 24;
const BINARY2 = 1 << 25;
const UTF8 = 1 << 26;

function flagsOf(name: string): number {
  const parts = new Set(name.toUpperCase().split('_'));
  if (parts.has('BIN2')) return BINARY2;
  if (parts.has('BIN')) return BINARY;
  return (
    (parts.has('CI') ? IGNORE_CASE : 0) |
    (parts.has('AI') ? IGNORE_ACCENT : 0) |
    (parts.has('WS') ? 0 : IGNORE_WIDTH) |
    (parts.has('KS') ? 0 : IGNORE_KANA)
  );
}

function versionOf(name: string): number {
  if (name.includes('_140_')) return 3;
  if (name.includes('_100_')) return 2;
  return name.includes('_90_') ? 1 : 0;
}

function describe(name: string): WireCollation {
  const bare = name.replace(/^SQL_/i, '').toLowerCase();
  const [, lcid, localePage] = LOCALES.find(([designator]) => bare.startsWith(designator.toLowerCase())) ?? [
    '',
    0x0409,
    1252,
  ];
  const utf8 = /_UTF8$/i.test(name);
  const explicitPage = /^SQL_.*_CP(\d+)_/i.exec(name)?.[1];
  const codePage =
    explicitPage === undefined ? localePage : explicitPage === '1' ? 1252 : Number(explicitPage);
  const bytes = Buffer.alloc(5);
  const info = lcid | flagsOf(name) | (utf8 ? UTF8 : 0) | (versionOf(name) << 28);
  bytes.writeUInt32LE(info >>> 0, 0);
  bytes[4] = SORT_IDS[name.toLowerCase()] ?? 0;
  return { bytes, encoding: utf8 ? 'utf8' : `cp${codePage}`, caseSensitive: (info & IGNORE_CASE) === 0 };
}

const known = new Map<string, WireCollation>();

/** The wire form of a collation by its T-SQL name; a name without a known locale counts as Latin-1. */
export function wireCollation(name: string = DEFAULT_COLLATION): WireCollation {
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = describe(name)));
  return found;
}

/** The text encoding that five collation bytes announce. */
export function encodingOf(bytes: Buffer): string {
  const info = bytes.readUInt32LE(0);
  if ((info & UTF8) !== 0) return 'utf8';
  const sortId = bytes.readUInt8(4);
  if (sortId >= 30 && sortId <= 35) return 'cp437';
  if (sortId >= 40 && sortId <= 49) return 'cp850';
  const lcid = info & 0xfffff;
  return `cp${LOCALES.find(([, candidate]) => candidate === lcid)?.[2] ?? 1252}`;
}

/** Decodes `varchar` bytes. */
export function decodeText(bytes: Buffer, encoding: string): string {
  if (bytes.some((byte) => byte > 0x7f)) return iconv.decode(bytes, encoding);
  return bytes.toString('latin1');
}

/** Encodes text that is known to hold characters beyond ASCII. */
export function encodeText(text: string, encoding: string): Buffer {
  return encoding === 'utf8' ? Buffer.from(text, 'utf8') : iconv.encode(text, encoding);
}
