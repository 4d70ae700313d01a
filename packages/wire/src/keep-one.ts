// Classes that stay compiled: JavaScript engines throw away the code that they compiled for objects of one shape when the garbage collector takes the
// last of them, so that where connections come and go, one that finds itself alone would begin in the interpreter.

const kept = new Map<unknown, object | undefined>();

/**
 * Keeps one object of a class for as long as the process lives, made with `args` the first time this is called for the class. It is for constructors
 * of objects that come and go, take time while they are there, and hold next to nothing when they are new.
 */
export function keepOne<Args extends readonly unknown[]>(type: new (...args: Args) => object, ...args: Args): void {
  if (kept.has(type)) return;
  // Its own constructor comes by here too.
  kept.set(type, undefined);
  kept.set(type, new type(...args));
}
