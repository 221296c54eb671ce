/** Talks JSON with the desk; a refusal comes back as its sentence and what to do. */

/** What the server refused, in its words. */
export class Refused extends Error {}

/** GET without a body, POST with one. Rejects with `Refused` when the server says no. */
export async function ask<T>(url: string, body?: object): Promise<T> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: {
      Accept: "application/json",
      ...(body ? { "Content-Type": "application/json", "X-CSRFToken": token } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said as T;
  const error = said?.error;
  throw new Refused(error ? `${error.message}${error.help}` : "");
}
