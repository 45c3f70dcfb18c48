// A config in memory: plain JSON values, where an absent key stands for Go's nil or zero value.

/** A JSON value. An integer that a double cannot hold exactly is a bigint. */
export type ConfigValue = string | number | bigint | boolean | null | ConfigObject | readonly ConfigValue[];

/** A struct of the schema. A key that is absent (or null) is nil, or the zero value where nil is not possible. */
export interface ConfigObject {
  readonly [key: string]: ConfigValue | undefined;
}

export function objectAt(value: ConfigObject, key: string): ConfigObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

export function listAt(value: ConfigObject, key: string): readonly ConfigValue[] {
  const found = value[key];
  return Array.isArray(found) ? found : [];
}

export function objectsAt(value: ConfigObject, key: string): readonly ConfigObject[] {
  return listAt(value, key).map((item) => (isObject(item) ? item : {}));
}

/** The string under `key`; `undefined` is nil. */
export function stringAt(value: ConfigObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' ? found : undefined;
}

/** The integer under `key` (an approximation beyond 2^53); `undefined` is nil. */
export function numberAt(value: ConfigObject, key: string): number | undefined {
  const found = value[key];
  return typeof found === 'number' || typeof found === 'bigint' ? Number(found) : undefined;
}

export function boolAt(value: ConfigObject, key: string): boolean | undefined {
  const found = value[key];
  return typeof found === 'boolean' ? found : undefined;
}

export function isObject(value: ConfigValue | undefined): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
