// The report builder: views that were put aside, in an order and with notes, as one HTML file or printed to PDF.
import { useEffect, useState } from "preact/hooks";
import { allPins, dropPin, keepPin, type Pin } from "../app/pins";
import { onPaper } from "../app/colours";
import { t } from "../app/words";
import { Empty } from "../parts/common";

export default function Builder() {
  const [pins, setPins] = useState<Pin[]>([]);
  const [title, setTitle] = useState(localStorage.getItem("report-title") ?? "racktwin");
  useEffect(() => { allPins().then((found) => setPins(found.sort((a, b) => a.id - b.id))); }, []);
  const change = (pin: Pin) => { setPins(pins.map((one) => (one.id === pin.id ? pin : one))); void keepPin(pin); };
  const drop = (pin: Pin) => { setPins(pins.filter((one) => one !== pin)); void dropPin(pin.id); };
  const up = (at: number) => {
    const [a, b] = [pins[at - 1], pins[at]];
    const swapped = [{ ...b, id: a.id }, { ...a, id: b.id }];
    swapped.forEach((one) => void keepPin(one));
    setPins([...pins.slice(0, at - 1), ...swapped, ...pins.slice(at + 1)]);
  };
  const save = () => {
    const address = URL.createObjectURL(new Blob([whole(title, pins)], { type: "text/html" }));
    Object.assign(document.createElement("a"), { href: address, download: `${title.replace(/[^\w-]+/g, "-")}.html` }).click();
    URL.revokeObjectURL(address);
  };
  return (
    <>
      <div class="row noprint"><h1>{t("builder")}</h1><span class="spacer" /><button onClick={() => onPaper()} disabled={!pins.length}>{t("print")}</button><button class="main" onClick={save} disabled={!pins.length}>{t("download")} HTML</button></div>
      <p class="noprint"><label>{t("title")}<input value={title} onInput={(event) => { setTitle(event.currentTarget.value); localStorage.setItem("report-title", event.currentTarget.value); }} /></label></p>
      {pins.length === 0 && <Empty>{t("nothing_pinned")}</Empty>}
      {pins.map((pin, at) => (
        <article class="panel" key={pin.id}>
          <div class="row noprint"><label>{t("title")}<input value={pin.title} onChange={(event) => change({ ...pin, title: event.currentTarget.value })} /></label><a href={pin.address}>{t("open")}</a><span class="spacer" /><button disabled={!at} onClick={() => up(at)}>{t("up")}</button><button onClick={() => drop(pin)}>{t("remove")}</button></div>
          <h2>{pin.title}</h2>
          <label class="tall noprint"><span class="small">{t("note")}</span><textarea rows={2} value={pin.note} onChange={(event) => change({ ...pin, note: event.currentTarget.value })} /></label>
          {pin.note && <p>{pin.note}</p>}
          <div dangerouslySetInnerHTML={{ __html: pin.html }} />
        </article>
      ))}
    </>
  );
}

const STYLE = "body{font:15px/1.5 system-ui,sans-serif;color:#1b2330;max-width:1100px;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;font-size:.85rem}th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #dde2e9}.num{text-align:right}img{max-width:100%}.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:.6rem}.card b{display:block;font-size:1.2rem}.muted,.small{color:#556070}.bar{display:none}@media print{article{break-inside:avoid}}";
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one]!);

/** One file that opens anywhere: its pictures are inside, nothing is fetched. */
function whole(title: string, pins: Pin[]): string {
  const parts = pins.map((pin) => `<article><h2>${escaped(pin.title)}</h2>${pin.note ? `<p>${escaped(pin.note)}</p>` : ""}${pin.html}<p class="small">${escaped(location.origin + pin.address)}</p></article>`);
  return `<!doctype html><html lang="${document.documentElement.lang}"><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style><h1>${escaped(title)}</h1>${parts.join("\n")}</html>`;
}
