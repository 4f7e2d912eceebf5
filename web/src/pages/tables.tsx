// The tables of a run, one of them at a time; and a question in SQL over all of them.
import { useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { number } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { JsonLink, Loaded } from "../parts/common";
import { DataTable } from "../parts/data-table";

export interface Tables { tables: { name: string; kind: string; row: string; rows: number | null }[] }
interface Answer { columns: { name: string }[]; rows: unknown[][]; more: boolean }

export function TablePages({ run, table }: { run: string; table?: string }) {
  const base = `/api/runs/${encodeURIComponent(run)}`;
  const tables = useApi<Tables>(`${base}/tables`);
  const name = table ?? "shipments";
  return (
    <>
      <Loaded asked={tables}>
        {(data) => (
          <nav class="panel" aria-label={t("tables")}>
            {data.tables.filter((one) => one.rows !== 0).map((one) => <a href={`/run/${encodeURIComponent(run)}/tables/${one.name}`} aria-current={one.name === name ? "page" : undefined} title={one.row}>{one.name}{one.rows ? <span class="small"> {number(one.rows, 12)}</span> : ""}</a>)}
          </nav>
        )}
      </Loaded>
      <section class="panel"><h2>{name}</h2><p class="small muted">{tables.data?.tables.find((one) => one.name === name)?.row}</p><DataTable key={name} run={run} table={name} /></section>
      <section class="panel"><h2>{t("sql")}</h2><Sql base={base} /></section>
    </>
  );
}

function Sql({ base }: { base: string }) {
  const { search } = usePlace();
  const asked = search.get("q") ?? "";
  const [text, setText] = useState(asked || "SELECT part, count(*) AS shipped, avg(shipped_s - release_s) / 86400 AS days FROM shipments GROUP BY part");
  const address = asked ? `${base}/sql${query({ q: asked })}` : "";
  const answer = useApi<Answer>(address);
  return (
    <>
      <form onSubmit={(event) => { event.preventDefault(); setQuery({ q: text }, false); }}>
        <label class="tall"><span class="small">SELECT</span><textarea rows={3} style={{ width: "100%", fontFamily: "monospace" }} value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} /></label>
        <p class="row"><button class="main">{t("ask")}</button>{address && <JsonLink address={address} />}</p>
      </form>
      {address && <Loaded asked={answer}>{(data) => (
        <div class="scroll" style={{ maxHeight: "50vh" }} tabIndex={0} role="region" aria-label={t("sql")}><table>
          <thead><tr>{data.columns.map((one) => <th scope="col">{one.name}</th>)}</tr></thead>
          <tbody>{data.rows.map((row) => <tr>{row.map((value) => <td class={typeof value === "number" ? "num" : ""}>{typeof value === "number" ? number(value, 6) : String(value ?? "–")}</td>)}</tr>)}</tbody>
        </table></div>)}</Loaded>}
    </>
  );
}
