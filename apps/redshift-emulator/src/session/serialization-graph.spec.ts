import { SerializationGraph } from './serialization-graph.js';

const [TAB1, TAB2, TAB3] = [1, 2, 3];

test("the guide's example: each reads what the other writes", () => {
  const graph = new SerializationGraph();
  const first = graph.begin(11);
  const second = graph.begin(22);
  expect(graph.access(first, [TAB1], [])).toBeUndefined();
  expect(graph.access(first, [], [TAB2])).toBeUndefined();
  expect(graph.access(second, [], [TAB1])).toBeUndefined();
  expect(graph.access(second, [TAB2], [])).toEqual({ table: TAB2, transactions: [first.id, second.id] });
});

test('a committed transaction closes a cycle with one that began before its end', () => {
  const graph = new SerializationGraph();
  const first = graph.begin(11);
  expect(graph.access(first, [TAB1], [])).toBeUndefined();
  const second = graph.begin(22);
  expect(graph.access(second, [TAB2], [TAB1])).toBeUndefined();
  graph.commit(second);
  expect(graph.access(first, [], [TAB2])?.transactions).toEqual([first.id, second.id]);
});

test('three in a ring', () => {
  const graph = new SerializationGraph();
  const [first, second, third] = [graph.begin(1), graph.begin(2), graph.begin(3)];
  expect(graph.access(first, [TAB1], [TAB2])).toBeUndefined();
  expect(graph.access(second, [TAB2], [TAB3])).toBeUndefined();
  expect(graph.access(third, [TAB3], [TAB1])?.transactions).toEqual([first.id, second.id, third.id]);
});

test.each([
  ['writers that read nothing', [[], [TAB1]], [[], [TAB1]]],
  ['readers of what one of them writes', [[TAB1], []], [[TAB1], [TAB2]]],
  ['one order', [[TAB1], [TAB2]], [[TAB3], [TAB1]]],
] as const)('no cycle: %s', (_what, a, b) => {
  const graph = new SerializationGraph();
  const first = graph.begin(1);
  const second = graph.begin(2);
  expect(graph.access(first, a[0], a[1])).toBeUndefined();
  expect(graph.access(second, b[0], b[1])).toBeUndefined();
});

test('one after the other is no cycle, and a rolled back transaction is in none', () => {
  const graph = new SerializationGraph();
  const first = graph.begin(1);
  graph.access(first, [TAB1], [TAB2]);
  graph.commit(first);
  const second = graph.begin(2);
  expect(graph.access(second, [TAB2], [TAB1])).toBeUndefined();
  const third = graph.begin(3);
  graph.access(third, [TAB1], [TAB2]);
  graph.abort(second);
  expect(graph.access(third, [TAB2], [])).toBeUndefined();
});
