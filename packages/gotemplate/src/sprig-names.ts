// The names of the Sprig-like functions, for whoever wants to tell what a template lacks without loading them.

const names = `
  add add1 addf adler32sum all any append atoi b32dec b32enc b64dec b64enc b64urldec b64urlenc bytesList camelcase
  cat ceil coalesce compact concat contains default dict div empty fail first float64 floor fromJson get has
  hasKey hasPrefix hasSuffix hexdec hexenc indent initial int int64 isNumber join kebabcase keys kindIs kindOf
  last list lower max merge min mod mul mulf nindent nospace omit pick prepend quote regexFind regexFindAll
  regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace required rest reverse
  round runes semver semverCompare set sha1sum sha256sum sha512sum size snakecase sortAlpha splitList squote sub
  substr ternary title toJson toPrettyJson toRawJson toString trim trimAll trimPrefix trimSuffix trunc typeOf uniq
  unset until untilStep upper values without
`;

/** Names of the functions that the entrance `@matchbox/gotemplate/sprig` has. */
export const sprigFunctionNames: ReadonlySet<string> = new Set(names.trim().split(/\s+/));
