// A page whose code comes when it is first opened.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../app/words";

export function lazyPage<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let found: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setTurn] = useState(0);
    useEffect(() => {
      if (!found) load().then((module) => { found = module.default; setTurn((n) => n + 1); });
    }, []);
    const Page = found;
    return Page ? <Page {...props} /> : <p class="panel muted" role="status">{t("loading")}</p>;
  };
}
