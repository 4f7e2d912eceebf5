// A YAML editor with the server's problems as marks and the schema's keys as completion.
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { tags } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";
import { parse } from "yaml";
import type { Problem } from "../app/api";
import { describe, type Schema, valueOf } from "./schema";

/** The page's own colours, which have the contrast that the editor's lack on dark. */
const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.keyword], color: "var(--accent)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.meta, tags.labelName], color: "var(--warn)" },
]);

export class Editor {
  private readonly view: EditorView;
  private quiet = false;

  constructor(place: HTMLElement, text: string, changed: (text: string) => void, schema: () => Schema | null) {
    this.view = new EditorView({
      doc: text, parent: place,
      extensions: [
        basicSetup, yaml(), syntaxHighlighting(COLOURS), autocompletion({ override: [(context) => complete(context, schema())] }),
        EditorView.contentAttributes.of({ "aria-label": "YAML" }),
        EditorView.updateListener.of((update) => { if (update.docChanged && !this.quiet) changed(update.state.doc.toString()); }),
      ],
    });
    this.view.scrollDOM.tabIndex = 0; // a keyboard must reach what scrolls
  }

  get text() { return this.view.state.doc.toString(); }
  set text(text: string) {
    if (text === this.text) return;
    this.quiet = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.quiet = false;
  }

  mark(problems: (Problem & { odd?: boolean })[]) {
    const { doc } = this.view.state;
    const marks = problems.filter((one) => one.line > 0 && one.line <= doc.lines).map((one) => {
      const line = doc.line(one.line);
      const from = line.from + (line.text.length - line.text.trimStart().length);
      return { from, to: Math.max(from, line.to), severity: one.odd ? ("warning" as const) : ("error" as const), message: `${one.path} ${one.message}\n→ ${one.remedy}` };
    });
    this.view.dispatch(setDiagnostics(this.view.state, marks.sort((a, b) => a.from - b.from)));
  }

  goTo(line: number) {
    const { doc } = this.view.state;
    this.view.dispatch({ selection: { anchor: doc.line(Math.min(line, doc.lines)).from }, scrollIntoView: true });
    this.view.focus();
  }

  end() { this.view.destroy(); }
}

/** Keys that may stand where the cursor is: the way there is read from the indentation above. */
function complete(context: CompletionContext, schema: Schema | null): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos), before = line.text.slice(0, context.pos - line.from);
  const word = /([\w-]*)$/.exec(before)![1], head = before.slice(0, before.length - word.length);
  if (!schema || !/^[\s-]*$/.test(head) || (!word && !context.explicit)) return null;
  let indent = head.replace(/-/g, " ").length;
  const path: string[] = [];
  for (let number = line.number - 1; number > 0 && indent > 0; number--) {
    const text = context.state.doc.line(number).text, key = /^([\s-]*)([\w.-]+):\s*(#.*)?$/.exec(text);
    if (key && key[1].length < indent) { path.unshift(key[2]); indent = key[1].length; }
  }
  const keys = valueOf(schema, path)?.properties ?? {};
  const options = Object.keys(keys).map((key) => ({ label: key, type: "property", apply: `${key}: `, info: describe(schema, keys[key]), detail: "" }));
  return options.length ? { from: context.pos - word.length, options } : null;
}

export const parsed = (text: string): unknown => { try { return parse(text); } catch { return undefined; } };
