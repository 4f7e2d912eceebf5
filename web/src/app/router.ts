// The address is the state: every view has a link that reproduces it.
import { useEffect, useState } from "preact/hooks";

type Listener = () => void;
const listeners = new Set<Listener>();
const tell = () => listeners.forEach((one) => one());
window.addEventListener("popstate", tell);

export function go(address: string, replace = false) {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  tell();
}

export interface Place { path: string[]; search: URLSearchParams }
const here = (): Place => ({
  path: location.pathname.split("/").filter(Boolean).map(decodeURIComponent),
  search: new URLSearchParams(location.search),
});

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const heard = () => setPlace(here());
    listeners.add(heard);
    return () => void listeners.delete(heard);
  }, []);
  return place;
}

/** Change some words of the query; an empty value takes the word away. */
export function setQuery(changes: Record<string, string | string[]>, replace = true) {
  const search = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    search.delete(key);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== "") search.append(key, one);
  }
  const text = search.toString();
  go(location.pathname + (text ? `?${text}` : ""), replace);
}

/** Links of our own are followed without a new page. */
export function followLinks(event: MouseEvent) {
  const link = (event.target as Element).closest("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const own = link.origin === location.origin && !link.pathname.startsWith("/api/") && !link.target && !link.download;
  if (!own || link.hash) return;
  event.preventDefault();
  go(link.pathname + link.search);
  window.scrollTo(0, 0);
  document.getElementById("content")?.focus();
}
