// Where the sites stand on the map: at their positions if all have one, else in columns from supplier to customer.
export interface Site { name: string; kind: string; country: string; latitude: number | null; longitude: number | null }
export interface Lane { name: string; origin: string; destination: string; mode: string; lead_time_s: number }
export interface Spot { x: number; y: number }
export const WIDTH = 1000, HEIGHT = 420, EDGE = 90;
const KINDS = ["supplier", "hub", "plant", "customer"];

export function spotsOf(sites: Site[]): { spots: Map<string, Spot>; placed: boolean } {
  const placed = sites.length > 1 && sites.every((one) => one.latitude !== null && one.longitude !== null);
  return { placed, spots: placed ? apart(byPosition(sites)) : byKind(sites) };
}

/** Longitude and latitude as they are; the map is cut where the widest empty stretch of longitude lies. */
function byPosition(sites: Site[]): Map<string, Spot> {
  const sorted = sites.map((one) => one.longitude!).sort((a, b) => a - b);
  let cut = sorted[0], widest = sorted[0] + 360 - sorted[sorted.length - 1];
  for (let i = 1; i < sorted.length; i++) if (sorted[i] - sorted[i - 1] > widest) { widest = sorted[i] - sorted[i - 1]; cut = sorted[i]; }
  const east = (longitude: number) => (longitude - cut + 360) % 360;
  const wide = Math.max(1, ...sites.map((one) => east(one.longitude!)));
  const high = Math.max(...sites.map((one) => one.latitude!)), low = Math.min(...sites.map((one) => one.latitude!));
  return new Map(sites.map((one) => [one.name, { x: EDGE + (east(one.longitude!) / wide) * (WIDTH - 2 * EDGE), y: 40 + ((high - one.latitude!) / (high - low || 1)) * (HEIGHT - 90) }]));
}

function byKind(sites: Site[]): Map<string, Spot> {
  const kinds = KINDS.filter((kind) => sites.some((one) => one.kind === kind));
  const found = new Map<string, Spot>();
  kinds.forEach((kind, column) => {
    const here = sites.filter((one) => one.kind === kind);
    here.forEach((one, row) => found.set(one.name, { x: EDGE + (column * (WIDTH - 2 * EDGE)) / Math.max(1, kinds.length - 1), y: 30 + ((row + 0.5) * (HEIGHT - 60)) / here.length }));
  });
  return found;
}

/** Sites that would lie on each other are moved apart, so that each can be read. */
function apart(spots: Map<string, Spot>): Map<string, Spot> {
  const all = [...spots.values()].sort((a, b) => a.y - b.y);
  for (let round = 0; round < 8; round++)
    for (const a of all) for (const b of all) if (a !== b && Math.abs(a.x - b.x) < 90 && b.y >= a.y && b.y - a.y < 34) b.y = Math.min(HEIGHT - 20, a.y + 34);
  return spots;
}
