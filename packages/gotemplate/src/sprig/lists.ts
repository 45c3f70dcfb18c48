// Lists and dicts. Nothing is changed in place: what a function returns is new.
import { compareBytes } from '@matchbox/gotext';
import { isTrue, mapEntry, mapSize, sortedEntries, type Value } from '../value.ts';
import { countOf, elementsOf, groupOf, mapOf, maxElements, type SprigFunction, sameValue, textOf } from './entry.ts';

const lists = groupOf('lists');
const dicts = groupOf('dicts');

function bounded(list: Value[]): Value[] {
  if (list.length > maxElements) throw new Error(`the list would have more than ${maxElements} elements`);
  return list;
}

function numbers(from: number, to: number, step: number): Value[] {
  if (step === 0) throw new Error('the step is 0');
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (count > maxElements) throw new Error(`the list would have more than ${maxElements} elements`);
  return Array.from({ length: count }, (_, index) => BigInt(from + index * step));
}

function unique(values: Value[]): Value[] {
  const seen = new Map<string, Value[]>();
  return values.filter((value) => {
    const key = textOf(value);
    const alike = seen.get(key) ?? [];
    if (alike.some((other) => sameValue(other, value))) return false;
    seen.set(key, [...alike, value]);
    return true;
  });
}

function dict(...pairs: Value[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (let i = 0; i < pairs.length; i += 2)
    map.set(textOf(pairs[i]), pairs[i + 1] ?? (i + 1 < pairs.length ? null : ''));
  return map;
}

function copyOf(map: Value): Map<string, Value> {
  return new Map(sortedEntries(mapOf(map)));
}

function selected(map: Value, keys: Value[], keep: boolean): Map<string, Value> {
  const wanted = new Set(keys.map(textOf));
  return new Map([...copyOf(map)].filter(([key]) => wanted.has(key) === keep));
}

/** The functions on lists and dicts. */
export const listFunctions: Readonly<Record<string, SprigFunction>> = {
  list: lists('list VALUE…', 'A list', ['{{list 1 "a"}}', '[1 a]'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values,
  }),
  first: lists('first LIST', 'The first element, or nil', ['{{first (list 1 2)}}', '1'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list)[0] ?? null,
  }),
  last: lists('last LIST', 'The last element, or nil', ['{{last (list 1 2)}}', '2'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list).at(-1) ?? null,
  }),
  rest: lists('rest LIST', 'All but the first', ['{{rest (list 1 2 3)}}', '[2 3]'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list).slice(1),
  }),
  initial: lists('initial LIST', 'All but the last', ['{{initial (list 1 2 3)}}', '[1 2]'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list).slice(0, -1),
  }),
  append: lists('append LIST VALUE', 'One more at the end', ['{{append (list 1) 2}}', '[1 2]'], {
    types: ['any', 'any'],
    call: (list: Value, value: Value) => bounded([...elementsOf(list), value]),
  }),
  prepend: lists('prepend LIST VALUE', 'One more at the front', ['{{prepend (list 1) 2}}', '[2 1]'], {
    types: ['any', 'any'],
    call: (list: Value, value: Value) => bounded([value, ...elementsOf(list)]),
  }),
  concat: lists('concat LIST…', 'The lists one after another', ['{{concat (list 1) (list 2)}}', '[1 2]'], {
    types: [],
    variadic: 'any',
    call: (...all: Value[]) => bounded(all.flatMap(elementsOf)),
  }),
  reverse: lists('reverse LIST', 'Last to first', ['{{reverse (list 1 2)}}', '[2 1]'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list).reverse(),
  }),
  uniq: lists('uniq LIST', 'Without repetitions', ['{{uniq (list 1 1 2)}}', '[1 2]'], {
    types: ['any'],
    call: (list: Value) => unique(elementsOf(list)),
  }),
  without: lists('without LIST VALUE…', 'Without these values', ['{{without (list 1 2 3) 2}}', '[1 3]'], {
    types: ['any'],
    variadic: 'any',
    call: (list: Value, ...values: Value[]) =>
      elementsOf(list).filter((element) => !values.some((value) => sameValue(value, element))),
  }),
  has: lists('has VALUE LIST', 'Whether the value is in the list', ['{{has 2 (list 1 2)}}', 'true'], {
    types: ['any', 'any'],
    call: (value: Value, list: Value) => elementsOf(list).some((element) => sameValue(value, element)),
  }),
  compact: lists('compact LIST', 'Without what is empty', ['{{compact (list 1 "" 0 "a")}}', '[1 a]'], {
    types: ['any'],
    call: (list: Value) => elementsOf(list).filter(isTrue),
  }),
  sortAlpha: lists(
    'sortAlpha LIST',
    'As texts, in the order of their bytes',
    ['{{sortAlpha (list "b" "a")}}', '[a b]'],
    { types: ['any'], call: (list: Value) => elementsOf(list).map(textOf).sort(compareBytes) },
  ),
  until: lists('until COUNT', 'The numbers from 0 up to, not including, COUNT', ['{{until 3}}', '[0 1 2]'], {
    types: ['any'],
    call: (count: Value) => numbers(0, countOf(count, 'the count'), 1),
  }),
  untilStep: lists(
    'untilStep FROM TO STEP',
    'The numbers from FROM up to, not including, TO',
    ['{{untilStep 2 8 3}}', '[2 5]'],
    {
      types: ['any', 'any', 'any'],
      call: (from: Value, to: Value, step: Value) =>
        numbers(
          countOf(from, 'the start', 2 ** 40),
          countOf(to, 'the end', 2 ** 40),
          countOf(step, 'the step', 2 ** 40),
        ),
    },
  ),
  dict: dicts('dict KEY VALUE…', 'A dict', ['{{dict "a" 1 "b" 2}}', 'map[a:1 b:2]'], {
    types: [],
    variadic: 'any',
    call: dict,
  }),
  get: dicts('get DICT KEY', 'The value, or an empty text', ['{{get (dict "a" 1) "a"}}', '1'], {
    types: ['any', 'string'],
    call: (map: Value, key: string) => mapEntry(mapOf(map), key) ?? '',
  }),
  hasKey: dicts('hasKey DICT KEY', 'Whether there is such a key', ['{{hasKey (dict "a" 1) "b"}}', 'false'], {
    types: ['any', 'string'],
    call: (map: Value, key: string) => mapEntry(mapOf(map), key) !== undefined,
  }),
  set: dicts(
    'set DICT KEY VALUE',
    'A copy with the key set (Sprig changes the dict itself)',
    ['{{set (dict "a" 1) "b" 2}}', 'map[a:1 b:2]'],
    { types: ['any', 'string', 'any'], call: (map: Value, key: string, value: Value) => copyOf(map).set(key, value) },
  ),
  unset: dicts('unset DICT KEY', 'A copy without the key', ['{{unset (dict "a" 1 "b" 2) "a"}}', 'map[b:2]'], {
    types: ['any', 'string'],
    call: (map: Value, key: string) => selected(map, [key], false),
  }),
  keys: dicts('keys DICT', 'The keys, sorted', ['{{keys (dict "b" 1 "a" 2)}}', '[a b]'], {
    types: ['any'],
    call: (map: Value) => sortedEntries(mapOf(map)).map(([key]) => key),
  }),
  values: dicts('values DICT', 'The values, in the order of the keys', ['{{values (dict "b" 1 "a" 2)}}', '[2 1]'], {
    types: ['any'],
    call: (map: Value) => sortedEntries(mapOf(map)).map(([, value]) => value),
  }),
  pick: dicts('pick DICT KEY…', 'Only these keys', ['{{pick (dict "a" 1 "b" 2) "a"}}', 'map[a:1]'], {
    types: ['any'],
    variadic: 'any',
    call: (map: Value, ...keys: Value[]) => selected(map, keys, true),
  }),
  omit: dicts('omit DICT KEY…', 'Without these keys', ['{{omit (dict "a" 1 "b" 2) "a"}}', 'map[b:2]'], {
    types: ['any'],
    variadic: 'any',
    call: (map: Value, ...keys: Value[]) => selected(map, keys, false),
  }),
  merge: dicts(
    'merge DICT…',
    'One dict; the first that has a key wins',
    ['{{merge (dict "a" 1) (dict "a" 2 "b" 3)}}', 'map[a:1 b:3]'],
    {
      types: [],
      variadic: 'any',
      call: (...maps: Value[]) => new Map(maps.reverse().flatMap((map) => [...copyOf(map)])),
    },
  ),
  size: dicts('size DICT', 'Number of keys', ['{{size (dict "a" 1)}}', '1'], {
    types: ['any'],
    call: (map: Value) => BigInt(mapSize(mapOf(map))),
  }),
};
