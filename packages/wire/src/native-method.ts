// Methods of the platform that work on any bytes, used as functions.

/**
 * `method` with its object as the first argument. Compilers inline what is bound; `method.call(…)` they do only while `method` is a `const`,
 * which bundlers make a `var`.
 */
export function asFunction<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return Function.prototype.call.bind(method) as (self: This, ...args: Args) => Result;
}
