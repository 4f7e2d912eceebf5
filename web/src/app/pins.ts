// Views that were put aside for a report: kept in the browser's own database, as HTML with pictures inside.
export interface Pin { id: number; title: string; address: string; html: string; note: string }

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("racktwin", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("pins", { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function store<T>(mode: IDBTransactionMode, act: (pins: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((done, fail) => {
    const asked = act(database.transaction("pins", mode).objectStore("pins"));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

export const allPins = () => store<Pin[]>("readonly", (pins) => pins.getAll());
export const keepPin = (pin: Pin) => store("readwrite", (pins) => pins.put(pin));
export const dropPin = (id: number) => store("readwrite", (pins) => pins.delete(id));

const MOST_ROWS = 60;

/** What `place` shows, as HTML that needs nothing else: canvases as pictures, controls left out, long tables cut. */
export function snapshot(place: HTMLElement): string {
  const copy = place.cloneNode(true) as HTMLElement;
  const drawn = [...place.querySelectorAll("canvas")];
  [...copy.querySelectorAll("canvas")].forEach((canvas, at) => {
    const picture = document.createElement("img");
    picture.src = drawn[at].toDataURL("image/png");
    picture.alt = drawn[at].getAttribute("aria-label") ?? drawn[at].closest("[aria-label]")?.getAttribute("aria-label") ?? "";
    picture.style.maxWidth = "100%";
    canvas.replaceWith(picture);
  });
  copy.querySelectorAll("button, select, input, textarea, nav, iframe, script, .noprint, .tip").forEach((one) => one.remove());
  copy.querySelectorAll("label").forEach((one) => one.remove());
  copy.querySelectorAll("tbody").forEach((body) => [...body.children].slice(MOST_ROWS).forEach((row) => row.remove()));
  copy.querySelectorAll<HTMLElement>(".scroll").forEach((one) => { one.style.maxHeight = "none"; });
  return copy.innerHTML;
}
