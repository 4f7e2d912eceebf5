// A form made from the schema over what the text holds; a change is put into the text, comments and order kept.
import { useState } from "preact/hooks";
import { type Document, isMap, isScalar, isSeq, parseDocument } from "yaml";
import { t } from "../app/words";
import { choicesOf, describe, isQuantity, resolve, type Schema, valueOf } from "./schema";

type Path = (string | number)[];

export function Form({ text, schema, change }: { text: string; schema: Schema; change: (text: string) => void }) {
  const document = parseDocument(text);
  if (document.errors.length) return <p class="bad">{document.errors[0].message}</p>;
  const set = (path: Path, value: unknown) => { document.setIn(path, value); change(document.toString({ lineWidth: 0 })); };
  const remove = (path: Path) => { document.deleteIn(path); change(document.toString({ lineWidth: 0 })); };
  return <div class="form"><Group document={document} schema={schema} path={[]} set={set} remove={remove} /></div>;
}

interface Place { document: Document; schema: Schema; path: Path; set: (path: Path, value: unknown) => void; remove: (path: Path) => void }

function Group(place: Place) {
  const node = place.path.length ? place.document.getIn(place.path, true) : place.document.contents;
  const keys: (string | number)[] = isMap(node) ? node.items.map((item) => String((item.key as { value?: unknown })?.value ?? item.key)) : isSeq(node) ? node.items.map((_, index) => index) : [];
  const known = isMap(node) ? valueOf(place.schema, place.path)?.properties ?? {} : {};
  const missing = Object.keys(known).filter((key) => !keys.includes(key));
  return (
    <div>
      {keys.map((key) => <Field {...place} path={[...place.path, key]} key={String(key)} />)}
      {missing.length > 0 && <Missing schema={place.schema} known={known} missing={missing} add={(key, value) => place.set([...place.path, key], value)} />}
    </div>
  );
}

function Field(place: Place) {
  const name = place.path[place.path.length - 1];
  const node = place.document.getIn(place.path, true);
  const schema = fieldSchema(place.schema, place.path);
  const [open, setOpen] = useState(false);
  const hint = describe(place.schema, schema);
  if (isScalar(node) || node === undefined || node === null) {
    const value = isScalar(node) ? String(node.value ?? "") : "", choices = choicesOf(place.schema, schema);
    const put = (word: string) => place.set(place.path, typed(word, isScalar(node) ? node.value : ""));
    return (
      <div class="row" style={{ margin: ".15rem 0" }}>
        <label title={hint}><span style={{ minWidth: "9rem" }}>{String(name)}</span>
          {choices.length > 1 ? <select value={value} onChange={(event) => put(event.currentTarget.value)}>{(choices.includes(value) ? choices : [value, ...choices]).map((one) => <option>{one}</option>)}</select>
            : typeof (isScalar(node) && node.value) === "boolean" ? <input type="checkbox" checked={value === "true"} onChange={(event) => place.set(place.path, event.currentTarget.checked)} />
              : <input value={value} onChange={(event) => put(event.currentTarget.value)} />}
        </label>
        {isQuantity(place.schema, schema) && <button class="small" onClick={() => place.set(place.path, { value: isScalar(node) ? node.value : value, source: "", confidence: "assumed" })}>+ {t("source")}</button>}
        <button class="small" aria-label={`${t("remove")} ${place.path.join(".")}`} onClick={() => place.remove(place.path)}>✕</button>
        <span class="small muted">{hint.slice(0, 90)}</span>
      </div>
    );
  }
  const label = isSeq(node) || isMap(node) ? `${typeof name === "number" ? itemName(place.document, place.path) ?? name + 1 : name} (${node.items.length})` : String(name);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary title={hint}>{label} <span class="small muted">{hint.slice(0, 90)}</span></summary>
      {open && <div class="inner"><Group {...place} /></div>}
    </details>
  );
}

function Missing({ schema, known, missing, add }: { schema: Schema; known: Record<string, Schema>; missing: string[]; add: (key: string, value: unknown) => void }) {
  return (
    <label class="small">{t("add")}
      <select value="" onChange={(event) => { const key = event.currentTarget.value; if (key) add(key, first(schema, known[key])); event.currentTarget.value = ""; }}>
        <option value="">…</option>{missing.map((key) => <option value={key} title={describe(schema, known[key])}>{key}</option>)}
      </select>
    </label>
  );
}

/** A value to begin with: the schema's default, example or first choice. */
function first(root: Schema, schema: Schema): unknown {
  const found = resolve(root, schema);
  return found?.default ?? found?.examples?.[0] ?? choicesOf(root, schema)[0] ?? (found?.type === "object" ? {} : found?.type === "array" ? [] : "");
}

function fieldSchema(root: Schema, path: Path): Schema | undefined {
  const parent = valueOf(root, path.slice(0, -1).filter((step) => typeof step === "string")), name = path[path.length - 1];
  return typeof name === "string" ? parent?.properties?.[name] ?? valueOf(root, path) : parent;
}

function itemName(document: Document, path: Path): string | null {
  const name = document.getIn([...path, "operation"]) ?? document.getIn([...path, "name"]);
  return typeof name === "string" ? name : null;
}

/** Text stays text; what was a number or truth value and still reads as one stays that. */
function typed(word: string, before: unknown): unknown {
  if (typeof before === "number" && word.trim() !== "" && Number.isFinite(Number(word))) return Number(word);
  if (typeof before === "boolean") return word === "true";
  return word;
}
