export const firstNames = [
  'Amélie',
  'José',
  'Zoë',
  'Łukasz',
  'Øystein',
  'Nguyễn',
  'Søren',
  'Çağla',
  'Aarav',
  'Chidi',
  '美咲',
  '伟',
  '민준',
  'Мария',
  'Ελένη',
  'فاطمة',
  'נועה',
  'Grace',
  'Liam',
  'Olivia',
  'Noah',
  'Siobhán',
  "D'Arcy",
  'Mary Ann',
  'Renée',
  'Xóchitl',
  'Þóra',
  'Ünal',
  'Priya',
  'Kwame',
  'अनिल',
  'Ana-Lucía',
  '𠮷野',
  'Ada',
] as const;

export const lastNames = [
  "O'Brien",
  'Müller',
  'González',
  'Ångström',
  'Nowak-Żuk',
  'Dvořák',
  'Lê',
  'İnönü',
  'Okonkwo',
  'Sharma',
  '佐藤',
  '王',
  '김',
  'Иванова',
  'Παπαδοπούλου',
  'الهاشمي',
  'כהן',
  'Smith',
  'Johnson',
  'de la Cruz',
  'van der Berg',
  'St. John',
  'Nuñez y Peña',
  'MacDonald',
  'Ó Súilleabháin',
  'Ramírez',
  'Žižek',
  'Lindqvist',
  'Mbeki',
  'Åkesson',
  'Fàbregas',
] as const;

export const middleNames = ['', 'J.', 'María', 'Lee', 'Anne', 'Q', 'van', 'Élise', 'X Æ'] as const;

export const schools = [
  'Harvard Medical School',
  'Universidad Nacional Autónoma de México',
  'Karolinska Institutet',
  'Charité – Universitätsmedizin Berlin',
  'Johns Hopkins School of Medicine',
  'All India Institute of Medical Sciences',
  '東京大学 医学部',
  'Université Paris Cité',
  'Universidade de São Paulo',
  'UCSF School of Medicine',
  'Mayo Clinic Alix School of Medicine',
  'İstanbul Üniversitesi',
  'University of Ibadan',
  "St. George's University",
  'Semmelweis Egyetem',
  'Univerzita Karlova, 1. lékařská fakulta',
] as const;

export interface Place {
  readonly city: string;
  readonly state: string | null;
  readonly country: string;
  readonly timeZone: string;
  /** Hours from UTC in winter, when interviews are held. */
  readonly utcOffset: number;
  readonly latitude: number;
  readonly longitude: number;
}

export const places: readonly Place[] = [
  {
    city: 'Boston',
    state: 'MA',
    country: 'US',
    timeZone: 'America/New_York',
    utcOffset: -5,
    latitude: 42.3601,
    longitude: -71.0589,
  },
  {
    city: 'Chicago',
    state: 'IL',
    country: 'US',
    timeZone: 'America/Chicago',
    utcOffset: -6,
    latitude: 41.8781,
    longitude: -87.6298,
  },
  {
    city: 'Denver',
    state: 'CO',
    country: 'US',
    timeZone: 'America/Denver',
    utcOffset: -7,
    latitude: 39.7392,
    longitude: -104.9903,
  },
  {
    city: 'San José',
    state: 'CA',
    country: 'US',
    timeZone: 'America/Los_Angeles',
    utcOffset: -8,
    latitude: 37.3382,
    longitude: -121.8863,
  },
  {
    city: 'Mayagüez',
    state: 'PR',
    country: 'US',
    timeZone: 'America/Puerto_Rico',
    utcOffset: -4,
    latitude: 18.2013,
    longitude: -67.1396,
  },
  {
    city: 'Honolulu',
    state: 'HI',
    country: 'US',
    timeZone: 'Pacific/Honolulu',
    utcOffset: -10,
    latitude: 21.3069,
    longitude: -157.8583,
  },
  {
    city: 'Montréal',
    state: null,
    country: 'CA',
    timeZone: 'America/Toronto',
    utcOffset: -5,
    latitude: 45.5019,
    longitude: -73.5674,
  },
  {
    city: 'Anchorage',
    state: 'AK',
    country: 'US',
    timeZone: 'America/Anchorage',
    utcOffset: -9,
    latitude: 61.2181,
    longitude: -149.9003,
  },
];

export const institutionNames = [
  'General Hospital',
  'University Medical Center',
  'Hôpital Général',
  "Children's Hospital",
  'Centro Médico',
  'Veterans Medical Center',
  'Memorial Hospital',
  'Saint Luke’s Clinic',
] as const;

export interface SpecialtyEntry {
  readonly code: string;
  readonly name: string;
  readonly parent: number | null;
  readonly years: number;
}

/** A specialty's id is its position, from 1. */
export const specialties: readonly SpecialtyEntry[] = [
  { code: 'IM', name: 'Internal Medicine', parent: null, years: 3 },
  { code: 'GS', name: 'General Surgery', parent: null, years: 5 },
  { code: 'PED', name: 'Pediatrics', parent: null, years: 3 },
  { code: 'CARD', name: 'Cardiovascular Disease', parent: 1, years: 3 },
  { code: 'EM', name: 'Emergency Medicine', parent: null, years: 4 },
  { code: 'PSY', name: 'Psychiatry', parent: null, years: 4 },
  { code: 'VASC', name: 'Vascular Surgery', parent: 2, years: 2 },
  { code: 'NEO', name: 'Neonatal–Perinatal Medicine', parent: 3, years: 3 },
];

/** Zones of applicants with their offset from UTC in minutes, as a person abroad would write it. */
export const applicantZones: readonly (readonly [zone: string, offsetMinutes: number])[] = [
  ['America/New_York', -300],
  ['America/Chicago', -360],
  ['America/Los_Angeles', -480],
  ['America/St_Johns', -210],
  ['Europe/Berlin', 60],
  ['Asia/Kolkata', 330],
  ['Asia/Tokyo', 540],
  ['Asia/Kathmandu', 345],
  ['Pacific/Kiritimati', 840],
  ['UTC', 0],
];

export const titles = [
  'Program Director',
  'Associate Professor',
  'Professor',
  'Chief Resident',
  'Hon. Lecturer',
] as const;

export const sentences = [
  'Thank you for your interest in our program.',
  'We look forward to meeting you – please confirm by Friday.',
  'Could we move the interview to another day?',
  'The link will be sent 24 h before the interview ("onsite" guests: Gate 3, 2nd floor).',
  'I am available on Tuesday and Thursday, after 3 pm CET.',
  'Mein Flug hat leider Verspätung; ich melde mich, sobald ich in Zürich gelandet bin.',
  'Muchas gracias por la invitación; será un honor asistir.',
  '面接の日程についてご連絡いたします。',
  'Спасибо, до встречи!',
  'Great news 🎉 see you soon 👩🏽‍⚕️',
  "It's the applicant's third rotation in cardiology; the letters are strong.",
  'Parking: C:\\maps\\campus.pdf, or ask at the desk.',
  'Costs < 100 $ & nothing else; see section "4".',
  'ご質問があれば、お気軽にどうぞ。',
  'شكرا جزيلا على الدعوة',
] as const;

/** Texts that break careless pipelines: NULL markers, quotes, separators, blanks. */
export const awkwardTexts = [
  '',
  ' ',
  'NULL',
  '\\N',
  '\\',
  '"',
  '""',
  "''",
  ',',
  'a,b;c|d',
  'line one\nline two',
  'line one\r\nline two\r\n',
  '\ttab',
  'trailing blanks   ',
  '   leading blanks',
  '{"json": [1, 2, null]}',
  '<p>a &amp; b</p>',
  '%s %d $1 {c}',
  '😀',
  '👨‍👩‍👧‍👦',
  'e\u0301 é',
  '𝒜𝓁𝓅𝒽𝒶',
  '\u00a0',
  '\ufeffBOM',
  "Robert'); drop table Message;--",
] as const;

export const rooms = ['Room 1.04', 'Zimmer „Röntgen“', 'Sala Á', '会議室 3', 'Zoom 🔗', ''] as const;
export const actors = ['coordinator@gme.example', 'system', 'Zoë Müller', '佐藤 美咲', 'import-job'] as const;
