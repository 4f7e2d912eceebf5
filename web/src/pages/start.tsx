// A run from a scenario: choose or load one, edit it as text or form, see what is wrong as it is typed, start.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, getJson, type Problem, send, useApi } from "../app/api";
import { go, setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { Problems, Wrong } from "../parts/common";
import { Editor } from "../start/editor";
import { Form } from "../start/form";
import type { Schema } from "../start/schema";
import type { Job } from "./runs";

interface Checked { ok: boolean; problems: Problem[]; oddities: Problem[]; sentence: string }
interface Text { name: string; text: string; version: string }

export default function Start() {
  const { search } = usePlace();
  const source = search.get("source") ?? (search.get("run") ? "" : "georgetown"), run = search.get("run") ?? "";
  const names = useApi<{ files: string[]; examples: string[] }>("/api/scenarios");
  const schema = useApi<Schema>("/api/schema");
  const [loaded, setLoaded] = useState<Text | null>(null);
  const [text, setText] = useState("");
  const [checked, setChecked] = useState<Checked | null>(null);
  const [wrong, setWrong] = useState<Error | null>(null);
  const [tab, setTab] = useState<"text" | "form">("text");
  const [settings, setSettings] = useState({ name: "", replications: "", seed: "", overrides: "", marginals: true });
  const place = useRef<HTMLDivElement>(null), editor = useRef<Editor | null>(null), known = useRef<Schema | null>(null);
  known.current = schema.data ?? null;

  useEffect(() => {
    const asked = run
      ? getJson<{ text: string }>(`/api/runs/${encodeURIComponent(run)}/document`).then(({ text }) => ({ name: `${run}.yaml`, text, version: "" }))
      : getJson<Text>(`/api/scenarios/${encodeURIComponent(source)}`);
    asked.then((found) => { setLoaded(found); setText(found.text); setWrong(null); }, setWrong);
  }, [source, run]);

  useEffect(() => {
    if (!loaded || !place.current) return;
    const made = (editor.current = new Editor(place.current, loaded.text, setText, () => known.current));
    return () => { made.end(); editor.current = null; };
  }, [loaded]);
  useEffect(() => { if (editor.current) editor.current.text = text; }, [text]);

  const posted = () => ({ source: run ? "unsaved.yaml" : source, text, overrides: settings.overrides.split("\n").map((one) => one.trim()).filter(Boolean) });
  useEffect(() => {
    if (!loaded) return;
    const wait = setTimeout(() => {
      send<Checked>("/api/check", posted()).then((found) => {
        setChecked(found);
        const own = (one: Problem) => one.file === ownFile(loaded, run);
        editor.current?.mark([...found.problems.filter(own), ...found.oddities.filter(own).map((one) => ({ ...one, odd: true }))]);
      }, setWrong);
    }, 500);
    return () => clearTimeout(wait);
  }, [text, settings.overrides, loaded]);

  const start = () => send<Job>("/api/jobs", {
    ...posted(), name: settings.name, marginals: settings.marginals,
    replications: settings.replications ? Number(settings.replications) : null, seed: settings.seed ? Number(settings.seed) : null,
  }).then(() => go("/"), (error) => { setWrong(error); if (error instanceof ApiError && error.problems.length) setChecked({ ok: false, problems: error.problems, oddities: [], sentence: "" }); });
  const save = () => {
    const name = loaded!.version ? loaded!.name : prompt(t("name"), `${settings.name || loaded!.name.replace(/\.\w+$/, "")}.yaml`);
    if (!name) return;
    const headers: Record<string, string> = loaded!.version ? { "If-Match": loaded!.version } : { "If-None-Match": "*" };
    send<Text>(`/api/scenarios/${encodeURIComponent(name)}`, { text }, "PUT", headers).then((saved) => {
      loaded!.version = saved.version;
      if (source !== saved.name) setQuery({ source: saved.name, run: "" }); else setWrong(null);
    }, setWrong);
  };
  const field = (name: "name" | "replications" | "seed", label: string) => (
    <label class="tall"><span class="small">{label}</span><input style={{ width: "9rem" }} inputMode={name === "name" ? "text" : "numeric"} value={settings[name]} onInput={(event) => setSettings({ ...settings, [name]: event.currentTarget.value })} /></label>
  );
  return (
    <>
      <h1>{t("new_run")}</h1>
      {wrong && <Wrong error={wrong} />}
      <div class="panel row end">
        <label class="tall"><span class="small">{t("from")}</span>
          <select value={run ? `run:${run}` : source} onChange={(event) => setQuery({ source: event.currentTarget.value, run: "" }, false)}>
            {run && <option value={`run:${run}`}>{t("runs")}: {run}</option>}
            {names.data?.files.map((one) => <option>{one}</option>)}{names.data?.examples.map((one) => <option>{one}</option>)}<option>starter</option>
          </select></label>
        {field("name", t("name"))}{field("replications", t("replications"))}{field("seed", t("seed"))}
        <label class="small"><input type="checkbox" checked={settings.marginals} onChange={(event) => setSettings({ ...settings, marginals: event.currentTarget.checked })} />{t("marginals_wanted")}</label>
        <span class="spacer" /><button onClick={save} disabled={!loaded}>{t("save")}</button><button class="main" onClick={start} disabled={!checked?.ok}>{t("start")}</button>
      </div>
      <div class="split">
        <section class="panel">
          <div class="row" role="tablist" style={{ marginBottom: ".5rem" }}>
            {(["text", "form"] as const).map((one) => <button role="tab" class={tab === one ? "main" : ""} aria-selected={tab === one} onClick={() => setTab(one)}>{t(one)}</button>)}
          </div>
          <div class="editor" ref={place} hidden={tab !== "text"} />
          {tab === "form" && schema.data && <Form text={text} schema={schema.data} change={setText} />}
        </section>
        <section class="panel" aria-live="polite">
          {checked && <p><b class={checked.ok ? "good" : "bad"}>{checked.ok ? t("check_ok") : `${checked.problems.length} ${t("problems")}`}</b> {checked.oddities.length > 0 && <span class="warn">{checked.oddities.length} {t("oddities")}</span>}<br />{checked.sentence}</p>}
          {checked && <Problems problems={checked.problems} go={(line) => editor.current?.goTo(line)} />}
          {checked && <Problems problems={checked.oddities} odd go={(line) => editor.current?.goTo(line)} />}
          <label class="tall"><span class="small">{t("overrides")}</span><textarea rows={4} value={settings.overrides} placeholder="horizon=12 wk" onInput={(event) => setSettings({ ...settings, overrides: event.currentTarget.value })} /></label>
        </section>
      </div>
    </>
  );
}

const ownFile = (loaded: Text, run: string) => (run ? "unsaved.yaml" : /\.\w+$/.test(loaded.name) ? loaded.name : "scenario.yaml");
