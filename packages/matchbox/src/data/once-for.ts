/** What is worked out of a value once, and kept as long as the value, or who asks, is there. */

/** @returns `make`, which is asked once for each object */
export function onceFor<K extends object, V extends string | number | object>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) {
      made = make(key);
      known.set(key, made);
    }
    return made;
  };
}

/** @returns `make`, which is asked once for each text; for as many texts as there are files, no more */
export function onceForEach<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (!known.has(text)) known.set(text, make(text));
    return known.get(text)!;
  };
}
