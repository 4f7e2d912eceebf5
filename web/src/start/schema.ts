// What the JSON Schema says about a place in a scenario.
export interface Schema {
  $ref?: string; $defs?: Record<string, Schema>; properties?: Record<string, Schema>; patternProperties?: Record<string, Schema>; additionalProperties?: Schema | boolean; items?: Schema;
  anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; type?: string | string[]; enum?: unknown[]; const?: unknown; description?: string; title?: string; examples?: unknown[]; default?: unknown; required?: string[]; pattern?: string;
}

export function resolve(root: Schema, schema: Schema | undefined): Schema | undefined {
  let found = schema;
  for (let depth = 0; found?.$ref && depth < 20; depth++) found = { ...root.$defs?.[found.$ref.split("/").pop()!], description: found.description ?? root.$defs?.[found.$ref.split("/").pop()!]?.description };
  return found;
}

/** All forms a value may have, references followed. */
export function forms(root: Schema, schema: Schema | undefined): Schema[] {
  const found = resolve(root, schema);
  if (!found) return [];
  const inner = [...(found.anyOf ?? []), ...(found.oneOf ?? []), ...(found.allOf ?? [])].filter((one) => !one.required || one.type || one.$ref || one.properties);
  return [found, ...inner.flatMap((one) => forms(root, one))];
}

/** The schema of the mapping or list item at `path`; list positions are left out of it. */
export function valueOf(root: Schema, path: (string | number)[]): Schema | undefined {
  let at: Schema[] = forms(root, root);
  for (const step of path) {
    let next: Schema | undefined;
    for (const form of at) {
      const named = typeof step === "string" ? form.properties?.[step] ?? Object.values(form.patternProperties ?? {})[0] ?? (typeof form.additionalProperties === "object" ? form.additionalProperties : undefined) : form.items;
      next = named ?? (typeof step === "string" && form.items ? forms(root, form.items).find((one) => one.properties?.[step])?.properties?.[step] : undefined);
      if (next) break;
    }
    if (!next) return undefined;
    at = forms(root, next);
  }
  const items = at.flatMap((one) => (one.items ? forms(root, one.items) : []));
  return at.find((one) => one.properties) ?? items.find((one) => one.properties) ?? at[0];
}

export function describe(root: Schema, schema: Schema | undefined): string {
  const all = forms(root, schema);
  const example = all.flatMap((one) => one.examples ?? []).find((one) => typeof one !== "object");
  const words = all.find((one) => one.description)?.description ?? "";
  const choices = all.flatMap((one) => one.enum ?? (one.const !== undefined ? [one.const] : []));
  return [words, choices.length ? choices.join(" | ") : "", example !== undefined ? `e.g. ${example}` : ""].filter(Boolean).join(" · ");
}

export const choicesOf = (root: Schema, schema: Schema | undefined): string[] =>
  forms(root, schema).flatMap((one) => one.enum ?? (one.const !== undefined ? [one.const] : [])).map(String);

export const isQuantity = (root: Schema, schema: Schema | undefined): boolean => forms(root, schema).some((one) => one.properties?.value && one.properties?.source);
