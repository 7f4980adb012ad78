// Whether a request comes from a page of ours, as far as browsers tell. Pure.

interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
}

/** Programs other than browsers send neither header: what protects from them is the token. */
export function isSameOrigin({ host, origin, 'sec-fetch-site': site }: OriginHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === (host ?? '').toLowerCase());
}
