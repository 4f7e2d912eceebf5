// A page of a table that the server filters and sorts; what is asked for stands in the address.
import { useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { number, unitOf } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t, type Word } from "../app/words";
import { Empty, JsonLink, Loaded } from "./common";

interface Page { columns: { name: string; type: string; description: string }[]; rows: unknown[][]; total: number; offset: number; limit: number }
const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "contains", "in", "empty"];
const SIGNS: Record<string, string> = { eq: "=", ne: "≠", lt: "<", le: "≤", gt: ">", ge: "≥" }, NAMED: Record<string, Word> = { contains: "contains", in: "one_of", empty: "is_empty" };

export function DataTable({ run, table, limit = 100 }: { run: string; table: string; limit?: number }) {
  const { search } = usePlace();
  const asked = {
    filter: search.getAll("filter"), sort: search.getAll("sort"), search: search.get("search") ?? "",
    replication: search.get("replication") ?? "", offset: search.get("offset") ?? "",
  };
  const base = `/api/runs/${encodeURIComponent(run)}/tables/${encodeURIComponent(table)}`;
  const address = base + query({ ...asked, limit });
  const download = (format: string) => `${base}/download${query({ ...asked, offset: "", format })}`;
  const page = useApi<Page>(address);
  const sort = asked.sort[0] ?? "";
  const turn = (name: string) => setQuery({ sort: sort === name ? `-${name}` : sort === `-${name}` ? "" : name, offset: "" });
  return (
    <Loaded asked={page}>
      {(data) => (
        <div>
          <Filters columns={data.columns} filters={asked.filter} search={asked.search} />
          <div class="row small">
            <span role="status">{data.total ? `${number(data.offset + 1, 9)}–${number(Math.min(data.offset + data.limit, data.total), 9)} ${t("of")} ${number(data.total, 9)}` : "0"} {t("rows")}</span>
            <button disabled={!data.offset} onClick={() => setQuery({ offset: String(Math.max(0, data.offset - data.limit)) })}>{t("previous")}</button>
            <button disabled={data.offset + data.limit >= data.total} onClick={() => setQuery({ offset: String(data.offset + data.limit) })}>{t("next")}</button>
            <span class="spacer" />
            <a href={download("csv")} download>CSV</a> <a href={download("parquet")} download>Parquet</a> <JsonLink address={address} />
          </div>
          {data.rows.length === 0 ? <Empty /> : (
            <div class="scroll" style={{ maxHeight: "68vh" }} tabIndex={0} role="region" aria-label={table}>
              <table>
                <thead><tr>{data.columns.map((column) => (
                  <th scope="col" class={isNumber(column.type) ? "num" : ""} title={column.description} aria-sort={sort === column.name ? "ascending" : sort === `-${column.name}` ? "descending" : "none"}>
                    <button onClick={() => turn(column.name)}>{column.name}{sort === column.name ? " ▲" : sort === `-${column.name}` ? " ▼" : ""}</button>
                  </th>))}</tr></thead>
                <tbody>{data.rows.map((row) => (
                  <tr>{row.map((value, place) => <td class={isNumber(data.columns[place].type) ? "num" : ""}>{cell(value, data.columns[place])}</td>)}</tr>))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      )}
    </Loaded>
  );
}

const isNumber = (type: string) => /INT|DOUBLE|FLOAT|DECIMAL/.test(type);

/** Whole numbers of whole-number columns count or name something: as they are. */
function cell(value: unknown, { name, type }: { name: string; type: string }) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return /INT/.test(type) ? String(value) : number(value, unitOf(name) ? 6 : 4);
  return String(value);
}

function Filters({ columns, filters, search }: { columns: Page["columns"]; filters: string[]; search: string }) {
  const [name, setName] = useState(columns[0]?.name ?? "");
  const [operator, setOperator] = useState("eq");
  const [value, setValue] = useState("");
  const add = (event: Event) => {
    event.preventDefault();
    setQuery({ filter: [...filters, operator === "empty" ? `${name}:empty` : `${name}:${operator}:${value}`], offset: "" }, false);
    setValue("");
  };
  return (
    <form class="row" onSubmit={add} style={{ marginBottom: ".5rem" }}>
      <label>{t("search")}<input type="search" value={search} onChange={(event) => setQuery({ search: event.currentTarget.value, offset: "" })} /></label>
      <label>{t("column")}<select value={name} onChange={(event) => setName(event.currentTarget.value)}>{columns.map((one) => <option>{one.name}</option>)}</select></label>
      <label>{t("operator")}<select value={operator} onChange={(event) => setOperator(event.currentTarget.value)}>{OPERATORS.map((one) => <option value={one}>{SIGNS[one] ?? t(NAMED[one])}</option>)}</select></label>
      <label>{t("value")}<input value={value} disabled={operator === "empty"} onInput={(event) => setValue(event.currentTarget.value)} /></label>
      <button>{t("filter")}</button>
      {filters.map((one, place) => (
        <button type="button" title={t("remove")} onClick={() => setQuery({ filter: filters.filter((_, other) => other !== place), offset: "" }, false)}>{one} ✕</button>
      ))}
    </form>
  );
}
