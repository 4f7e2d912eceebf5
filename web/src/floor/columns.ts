// Packed columns of /floor/window as typed arrays, without copying.
type Numbers = Float32Array | Int32Array | Uint16Array | Uint8Array | Float64Array;
const KINDS: Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => Numbers> = {
  float32: Float32Array, float64: Float64Array, int32: Int32Array, uint16: Uint16Array, uint8: Uint8Array,
};

export function unpack(buffer: ArrayBuffer): { origin_s: number; columns: Record<string, Numbers> } {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const columns: Record<string, Numbers> = {};
  let place = 4 + size;
  for (const { name, type, length } of header.columns) {
    const column = new KINDS[type](buffer, place, length);
    columns[name] = column;
    place += Math.ceil(column.byteLength / 8) * 8;
  }
  return { origin_s: header.origin_s, columns };
}
