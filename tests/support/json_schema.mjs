// Checks a value against the few words of JSON Schema that docs/schemas uses; any other word there is an error.

const types = {
  string: (value) => typeof value === 'string', boolean: (value) => typeof value === 'boolean', null: (value) => value === null,
  number: (value) => typeof value === 'number', integer: Number.isInteger, array: Array.isArray,
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
};

const words = {
  $schema: () => [], $id: () => [], title: () => [],
  const: (wanted, value, at) => (value === wanted ? [] : [`${at} is not ${wanted}`]),
  enum: (all, value, at) => (all.includes(value) ? [] : [`${at} is ${JSON.stringify(value)}, none of ${all}`]),
  type: (wanted, value, at) => ([wanted].flat().some((type) => types[type](value)) ? [] : [`${at} is ${JSON.stringify(value)}, no ${wanted}`]),
  minimum: (least, value, at) => (value >= least ? [] : [`${at} is below ${least}`]),
  maximum: (most, value, at) => (value <= most ? [] : [`${at} is above ${most}`]),
  items: (schema, value, at) => (Array.isArray(value) ? value.flatMap((item, i) => mistakes(schema, item, `${at}[${i}]`)) : []),
  required: (names, value, at) => names.filter((name) => !Object.hasOwn(value ?? {}, name)).map((name) => `${at} lacks ${name}`),
  properties: (schemas, value, at) => Object.entries(schemas).filter(([name]) => Object.hasOwn(value ?? {}, name))
    .flatMap(([name, schema]) => mistakes(schema, value[name], `${at}.${name}`)),
};

/** What is wrong with `value`, a sentence each. */
export function mistakes(schema, value, at = 'it') {
  return Object.entries(schema).flatMap(([word, wanted]) => {
    if (!words[word]) throw new Error(`docs/schemas: '${word}' is a word that tests/support/json_schema.mjs does not know`);
    return words[word](wanted, value, at);
  });
}
