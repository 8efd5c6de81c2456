import type { AnswerGroup } from './answer.js';

/** Functions of JSON text and of SUPER. */
export const documentAnswers: AnswerGroup = {
  title: 'JSON functions',
  answers: [
    [
      `select json_extract_path_text('{"f2":{"f3":1},"f4":{"f5":99,"f6":"star"}}', 'f4', 'f6')`,
      'star',
      'JSON_EXTRACT_PATH_TEXT',
    ],
    [`select json_extract_path_text('{"f2":{"f3":1}}', 'f9')`, '', 'JSON_EXTRACT_PATH_TEXT'],
    [`select json_extract_path_text('{"a":1}', 'A')`, '', 'JSON_EXTRACT_PATH_TEXT: case-sensitive'],
    [
      `select json_extract_path_text('{"f2":{"f3":1},"f4":{"f5":99,"f6":"star"}', 'f4', 'f6', true)`,
      null,
      'JSON_EXTRACT_PATH_TEXT',
    ],
    [`select json_extract_path_text('{"a":"b"}', 'a', true)`, 'b', 'JSON_EXTRACT_PATH_TEXT'],
    [`select json_extract_array_element_text('[111,112,113]', 2)`, '113', 'JSON_EXTRACT_ARRAY_ELEMENT_TEXT'],
    [`select json_extract_array_element_text('[111,112,113]', 3)`, '', 'JSON_EXTRACT_ARRAY_ELEMENT_TEXT'],
    [`select json_extract_array_element_text('[111,112,113]', -1)`, '', 'JSON_EXTRACT_ARRAY_ELEMENT_TEXT'],
    [
      `select json_extract_array_element_text('["a",["b",1,["c",2,3,null,]]]', 1, true)`,
      null,
      'JSON_EXTRACT_ARRAY_ELEMENT_TEXT',
    ],
    [`select json_array_length('[11,12,13,{"f1":21,"f2":[25,26]},14]')`, '5', 'JSON_ARRAY_LENGTH'],
    [`select json_array_length('[11,12,13,{"f1":21,"f2":[25,26]},14', true)`, null, 'JSON_ARRAY_LENGTH'],
    [`select is_valid_json('{"a":1}')`, 't', 'IS_VALID_JSON'],
    [`select is_valid_json('{"a":1')`, 'f', 'IS_VALID_JSON'],
    [`select is_valid_json_array('[1,2]')`, 't', 'IS_VALID_JSON_ARRAY'],
    [`select is_valid_json_array('{"a":1}')`, 'f', 'IS_VALID_JSON_ARRAY'],
    [`select can_json_parse('[10001,10002]')`, 't', 'CAN_JSON_PARSE'],
    [`select can_json_parse('[10001,10002')`, 'f', 'CAN_JSON_PARSE'],
    [`select json_serialize(json_parse('[10001,10002,"abc"]'))`, '[10001,10002,"abc"]', 'JSON_SERIALIZE'],
    [`select json_parse('[10001, 10002, "abc"]')`, '[10001,10002,"abc"]', 'JSON_PARSE'],
  ],
  refusals: [
    [
      `select json_extract_path_text('{"f2":{"f3":1},"f4":{"f5":99,"f6":"star"}', 'f4', 'f6')`,
      '22P02',
      /json/i,
      'JSON_EXTRACT_PATH_TEXT',
    ],
    [`select json_array_length('[11,12')`, '22P02', /json/i, 'JSON_ARRAY_LENGTH'],
    [`select json_agg(1)`, '0A000', /json_agg/, 'c_unsupported-postgresql-functions'],
    [`select '{}'::jsonb`, '0A000', /jsonb/, 'c_unsupported-postgresql-datatypes'],
  ],
};
