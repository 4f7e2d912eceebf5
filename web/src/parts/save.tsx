// What is drawn as a picture, and what is listed as a file of commas: made by the browser from what it shows.
import { colour } from "../app/colours";

const hand = (address: string, name: string) => Object.assign(document.createElement("a"), { href: address, download: name }).click();

/** A button that saves a canvas or drawing as PNG, on the page's paper. */
export const Png = ({ of, name }: { of: () => Element | null | undefined; name: string }) => (
  <button class="small noprint" onClick={async () => {
    const found = of();
    if (!found) return;
    const drawn = found instanceof HTMLCanvasElement ? found : await pictureOf(found as SVGSVGElement);
    const copy = Object.assign(document.createElement("canvas"), { width: drawn.width, height: drawn.height }), c = copy.getContext("2d")!;
    c.fillStyle = colour("paper");
    c.fillRect(0, 0, copy.width, copy.height);
    c.drawImage(drawn, 0, 0);
    hand(copy.toDataURL("image/png"), `${name}.png`);
  }}>PNG</button>
);

async function pictureOf(drawing: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = drawing.cloneNode(true) as SVGSVGElement, box = drawing.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(2 * box.width));
  copy.setAttribute("height", String(2 * box.height));
  copy.setAttribute("font-family", "sans-serif");
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  return picture;
}

const field = (value: unknown) => { const text = value === null || value === undefined ? "" : String(value); return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };

/** A button that saves rows as CSV; the first names the columns. */
export const Csv = ({ rows, name }: { rows: () => unknown[][]; name: string }) => (
  <button class="small noprint" onClick={() => {
    const address = URL.createObjectURL(new Blob([rows().map((row) => row.map(field).join(",")).join("\n") + "\n"], { type: "text/csv" }));
    hand(address, `${name}.csv`);
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }}>CSV</button>
);
