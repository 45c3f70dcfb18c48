/**
 * The session's cookie. Browsers send cookies of a host to all its ports, so that the name tells the instances of one computer
 * apart; over HTTPS the prefix keeps others from writing it.
 */

export interface CookieForm {
  readonly name: string;
  readonly isSecure: boolean;
}

/** @param instance what tells this server from others of the same host: its port */
export function cookieForm(instance: string, isSecure: boolean): CookieForm {
  return { name: `${isSecure ? '__Host-' : ''}matchbox-${instance}`, isSecure };
}

/** @returns undefined when there is none, or more than one: then somebody else has written one of them */
export function readCookie(form: CookieForm, header: string | undefined): string | undefined {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${form.name}=`));
  return found.length === 1 ? found[0]!.slice(form.name.length + 1) : undefined;
}

/** @param maxAgeSeconds 0 takes it away */
export function writeCookie(form: CookieForm, value: string, maxAgeSeconds: number): string {
  const secure = form.isSecure ? '; Secure' : '';
  return `${form.name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
