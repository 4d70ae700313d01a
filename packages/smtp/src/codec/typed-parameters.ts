// What parameters mean: the known ones of a command read into one value, the others kept. A table per command says how.

import { ProtocolError } from "@mailwire/wire";
import { parameter, type Parameter } from "./parameters.ts";

/** What the parameters of a command turned out to be. */
export interface DecodedParameters<Known> {
  /** What the known ones say; the last wins where one is repeated. */
  readonly known: Known;
  /** Those with a keyword that is not known here. */
  readonly unknown: readonly Parameter[];
  /** Those with a known keyword whose value has no meaning. */
  readonly invalid: readonly Parameter[];
}

/** How the value of one keyword is read and written. */
interface ParameterType<Known> {
  /** What a value means; `undefined` when it means nothing. */
  readonly decode: (value: string | undefined) => Known | undefined;
  /** What says this much of `known`: a value, no value (`null`), or nothing to say (`undefined`). */
  readonly encode: (known: Wanted<Known>) => string | null | undefined;
}

/** Parameters to be said: one that is `undefined` is not. */
export type Wanted<Known> = { readonly [Name in keyof Known]?: Known[Name] | undefined };

/** The known keywords of a command, in capitals. */
export type ParameterTypes<Known> = ReadonlyMap<string, ParameterType<Known>>;

/** The types of the keywords that are the names in `types`. */
export function parameterTypes<Known>(types: Readonly<Record<string, ParameterType<Known>>>): ParameterTypes<Known> {
  return new Map(Object.entries(types));
}

/** Sorts `parameters` by `types`; `none` is what no parameters are. */
export function sortParameters<Known extends object>(
  types: ParameterTypes<Known>,
  none: DecodedParameters<Known>,
  parameters: readonly Parameter[],
): DecodedParameters<Known> {
  if (parameters.length === 0) return none;
  const known = { ...none.known };
  const unknown: Parameter[] = [];
  const invalid: Parameter[] = [];
  for (const given of parameters) {
    const type = types.get(given.keyword);
    if (type === undefined) unknown.push(given);
    else {
      const meaning = type.decode(given.value);
      if (meaning === undefined) invalid.push(given);
      else Object.assign(known, meaning);
    }
  }
  return { known, unknown, invalid };
}

/** The parameters that say `known`, in the order of `types`; throws a local `ProtocolError` (`bad-parameter`) for what cannot be read back. */
export function writeParameters<Known>(types: ParameterTypes<Known>, known: Wanted<Known>): Parameter[] {
  const parameters: Parameter[] = [];
  types.forEach(({ decode, encode }, keyword) => {
    const value = encode(known);
    if (value === undefined) return;
    if (decode(value ?? undefined) === undefined) {
      throw new ProtocolError("local", "bad-parameter", `no value of ${keyword}: ${JSON.stringify(value)}`);
    }
    parameters.push(parameter(keyword, value ?? undefined));
  });
  return parameters;
}
