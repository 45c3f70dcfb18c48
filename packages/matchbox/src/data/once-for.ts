/** What is worked out of a value once, and kept as long as the value is. */

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
